"""Instants: one text form, every zone read, and the Pacific day."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.times import instant, pacific_day, pacific_midnight, stamp, utc_now

offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1971, 1, 1), datetime(9990, 1, 1), timezones=offsets)  # noqa: DTZ001 - bounds are naive
today = st.datetimes(datetime(2020, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive


@given(moments)
def test_a_stamp_reads_back_to_the_second(moment: datetime) -> None:
    text = stamp(moment)
    assert len(text) == 20
    assert instant(text) == moment.replace(microsecond=0)
    assert stamp(instant(text)) == text


@given(moments, moments)
def test_stamps_sort_as_their_moments_do(one: datetime, other: datetime) -> None:
    seconds = one.replace(microsecond=0), other.replace(microsecond=0)
    assert (stamp(one) < stamp(other)) is (seconds[0] < seconds[1])


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-23T12:00:00Z",
        "2026-11-23T12:00:00.000Z",
        "2026-11-23T12:00:00.999999Z",
        "2026-11-23T13:00:00+01:00",
        "2026-11-23T17:30:00.5+05:30",
        "2026-11-22T22:00:00-14:00",
    ],
)
def test_every_zone_and_fraction_is_read(text: str) -> None:
    assert stamp(instant(text)) == "2026-11-23T12:00:00Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-11-23",
        "2026-11-23T12:00:00",
        "2026-11-23 12:00:00Z",
        "2026-13-23T12:00:00Z",
        "2026-11-23T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-11-23T12:00:00+99:99",
    ],
)
def test_what_is_no_time_with_a_zone_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        instant(text)


@given(st.text())
def test_no_text_raises_anything_else(text: str) -> None:
    with suppress(ValueError):
        assert len(stamp(instant(text))) == 20


@pytest.mark.parametrize(
    ("moment", "midnight"),
    [
        ("2026-07-01T12:00:00Z", "2026-07-02T07:00:00Z"),
        ("2026-11-23T12:00:00Z", "2026-11-24T08:00:00Z"),
        ("2026-11-24T07:59:59Z", "2026-11-24T08:00:00Z"),
        ("2026-11-24T08:00:00Z", "2026-11-25T08:00:00Z"),
        ("2026-03-08T08:00:00Z", "2026-03-09T07:00:00Z"),
        ("2026-11-01T07:00:00Z", "2026-11-02T08:00:00Z"),
    ],
)
def test_midnight_in_california(moment: str, midnight: str) -> None:
    assert stamp(pacific_midnight(instant(moment))) == midnight


@given(today)
def test_midnight_ends_the_day_and_is_at_most_25_hours_away(moment: datetime) -> None:
    midnight = pacific_midnight(moment)
    assert timedelta(0) < midnight - moment <= timedelta(hours=25)
    assert pacific_day(midnight - timedelta(seconds=1)) == pacific_day(moment)
    assert pacific_day(midnight) > pacific_day(moment)


def test_now_is_in_whole_seconds_of_utc() -> None:
    now = utc_now()
    assert (now.microsecond, now.utcoffset()) == (0, timedelta(0))

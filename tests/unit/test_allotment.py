"""How often channels are looked at: the sum of expected delays is least."""

from datetime import timedelta
from math import isclose

from hypothesis import given
from hypothesis import strategies as st

from newsreel.tracking.allotment import DAY, QUICKEST, Rate, allotted, expected

SEARCHES = timedelta(minutes=14.4)
HALF_LIFE = timedelta(days=7)

rates = st.dictionaries(
    st.integers(0, 99).map(str),
    st.builds(Rate, st.floats(0.01, 500), st.integers(10, 20_000).map(lambda seconds: timedelta(seconds=seconds))),
    max_size=40,
)
looks = st.floats(0, 20_000)


def spent(intervals: dict[str, timedelta]) -> float:
    return sum(DAY / interval for interval in intervals.values())


@given(rates, looks, st.integers(0, 60))
def test_it_spends_no_more_than_there_is_on_no_more_than_may_be(
    rates: dict[str, Rate], looks: float, most: int
) -> None:
    intervals = allotted(rates, looks, most)
    assert spent(intervals) <= looks * 1.001
    assert len(intervals) <= most


@given(rates, looks)
def test_each_channel_is_looked_at_more_often_than_searched_and_not_too_often(
    rates: dict[str, Rate], looks: float
) -> None:
    for channel, interval in allotted(rates, looks, 60).items():
        assert QUICKEST <= interval < rates[channel].search_interval


@given(rates, looks)
def test_looks_grow_with_the_square_root_of_the_videos(rates: dict[str, Rate], looks: float) -> None:
    intervals = allotted(rates, looks, 60)
    free = {channel: interval for channel, interval in intervals.items() if interval > QUICKEST}
    products = [interval.total_seconds() * rates[channel].per_day ** 0.5 for channel, interval in free.items()]
    assert all(isclose(each, products[0], rel_tol=0.01) for each in products)


@given(rates, st.floats(100, 20_000), st.floats(1.01, 1.5))
def test_no_other_way_has_a_smaller_sum_of_delays(rates: dict[str, Rate], looks: float, more: float) -> None:
    intervals = {channel: each for channel, each in allotted(rates, looks, 60).items() if each > QUICKEST}
    if len(intervals) < 2:
        return
    one, other, *_ = intervals
    freed = DAY / intervals[one] * (1 - 1 / more)
    changed = {one: intervals[one] * more, other: DAY / (DAY / intervals[other] + freed)}

    def delays(intervals: dict[str, timedelta]) -> float:
        return sum(rates[each].per_day * intervals[each].total_seconds() for each in (one, other))

    assert delays(intervals) <= delays(changed) * 1.0001


def test_more_looks_than_channels_can_use_are_left() -> None:
    intervals = allotted({"a": Rate(10, SEARCHES), "b": Rate(1, SEARCHES)}, 9000, 60)
    assert intervals == {"a": QUICKEST, "b": QUICKEST}


def test_searches_that_are_as_quick_need_no_looks() -> None:
    assert allotted({"a": Rate(10, QUICKEST)}, 9000, 60) == {}


def test_what_is_expected_of_a_channel() -> None:
    assert isclose(expected(0, timedelta(0), HALF_LIFE), 0.4)
    # In a day, 100 finds are 100 a day, nearly; in the long run, a find a day weighs as much as its half-life's mean.
    assert 65 < expected(100, DAY, HALF_LIFE) < 75
    assert isclose(expected(10.1, 365 * DAY, HALF_LIFE), 1, rel_tol=0.05)

"""Until when a video may be kept: the retention from its first sight, and never API data that is 30 days old."""

from copy import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsreel.library.item import KEPT_OF_FALLBACK, RENEWAL_LATE, expires_at
from newsreel.times import instant, stamp
from newsreel.video import RENEWED_EVERY, Video
from tests.world import START

DAY = timedelta(days=1)
spans = st.integers(0, 4000 * 86_400).map(lambda seconds: timedelta(seconds=seconds))
retentions = st.integers(1, 3650).map(lambda days: timedelta(days=days))


def seen(age: timedelta, refreshed_after: timedelta | None = None) -> Video:
    """A video that is first seen now, at this age, and refreshed so much later."""
    found, published = stamp(START), stamp(START - age)
    refreshed = None if refreshed_after is None else stamp(START + refreshed_after)
    return Video("video000001", "cricket", published, found, found, refreshed_at=refreshed)


def until(video: Video, retention: timedelta) -> timedelta:
    """For how long after its first sight it is kept."""
    return timedelta(seconds=expires_at(video, retention) - START.timestamp())


@given(spans, st.none() | spans, retentions)
def test_no_copy_is_kept_longer_than_its_retention_or_for_thirty_days_unfetched(
    age: timedelta, refreshed_after: timedelta | None, retention: timedelta
) -> None:
    video = seen(age, refreshed_after)
    assert until(video, retention) <= retention
    fetched = instant(video.refreshed_at or video.fetched_at)
    # DynamoDB takes up to two days to delete what has expired.
    assert expires_at(video, retention) - fetched.timestamp() <= 28 * 86_400


@given(spans, st.none() | spans, retentions)
def test_there_are_three_days_at_least_to_fetch_it_again(
    age: timedelta, refreshed_after: timedelta | None, retention: timedelta
) -> None:
    video = seen(age, refreshed_after)
    fetched = instant(video.refreshed_at or video.fetched_at)
    ages = (fetched - instant(video.published_at)) // RENEWED_EVERY + 1
    due = instant(video.published_at) + ages * RENEWED_EVERY
    assert until(video, retention) == min(retention, due + RENEWAL_LATE - START)


def test_by_default_a_video_goes_28_days_after_it_was_first_seen_and_a_refresh_moves_that_only_for_longer_ones() -> (
    None
):
    for refreshed_after in (None, DAY, 24 * DAY, 26 * DAY):
        assert until(seen(timedelta(0), refreshed_after), 28 * DAY) == 28 * DAY
    assert until(seen(timedelta(0), 24 * DAY), 365 * DAY) == 28 * DAY
    assert until(seen(timedelta(0), 26 * DAY), 365 * DAY) == 53 * DAY


def test_what_the_fallback_alone_found_goes_after_30_days_however_often_it_is_fetched() -> None:
    video = replace(seen(DAY), source="invidious", fetched_at=stamp(START + 29 * DAY))
    assert until(video, 3650 * DAY) == KEPT_OF_FALLBACK
    assert until(video, 7 * DAY) == 7 * DAY

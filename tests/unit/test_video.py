"""Which of two versions of a video is believed."""

from copy import replace

from hypothesis import given
from hypothesis import strategies as st

from newsreel.video import LIVE_STATES, SourceName, Video, merged, unchanged

TIMES = [f"2026-11-23T12:00:0{second}Z" for second in range(4)]
times = st.sampled_from(TIMES)
words = st.sampled_from(["", "one", "two"])


def versions(source: st.SearchStrategy[SourceName]) -> st.SearchStrategy[Video]:
    return st.builds(
        Video,
        video_id=st.just("video000001"),
        query=st.just("cricket"),
        published_at=times,
        fetched_at=times,
        first_seen_at=times,
        title=words,
        description=words,
        channel_title=words,
        published_at_exact=st.sampled_from([True]),
        live=st.sampled_from(LIVE_STATES),
        duration_seconds=st.none() | st.just(60),
        source=source,
        detailed=st.booleans(),
    )


of_youtube = versions(st.just("youtube"))
of_invidious = versions(st.just("invidious")).map(
    lambda video: replace(video, published_at_exact=False, detailed=False, found_by="search", tracked=False)
)
any_version = of_youtube | of_invidious


@given(any_version, any_version)
def test_a_version_told_again_changes_nothing(stored: Video, fetched: Video) -> None:
    once = merged(stored, fetched)
    assert merged(once, fetched) is once


@given(any_version)
def test_a_video_fetched_again_unchanged_is_left_as_it_is(stored: Video) -> None:
    assert merged(stored, replace(stored, fetched_at=TIMES[3])) is stored


@given(of_youtube, of_invidious)
def test_the_fallback_replaces_nothing_of_youtubes(stored: Video, fetched: Video) -> None:
    assert merged(stored, fetched) is stored


@given(of_invidious, of_invidious)
def test_the_fallback_replaces_its_own_version_but_for_its_time(stored: Video, fetched: Video) -> None:
    kept = merged(stored, fetched)
    assert (kept.published_at, kept.first_seen_at) == (stored.published_at, stored.first_seen_at)
    said = ("title", "description", "channel_title", "live", "duration_seconds")
    assert [getattr(kept, name) for name in said] == [getattr(fetched, name) for name in said]


@given(of_invidious, of_youtube)
def test_youtube_takes_over_with_its_exact_time(stored: Video, fetched: Video) -> None:
    assert merged(stored, fetched) == replace(fetched, first_seen_at=stored.first_seen_at, tracked=stored.tracked)


@given(any_version, st.lists(any_version))
def test_a_video_stays_one_and_keeps_when_it_was_first_seen(first: Video, later: list[Video]) -> None:
    kept = first
    for version in later:
        kept = merged(kept, version)
    assert kept.first_seen_at == first.first_seen_at
    assert (kept.video_id, kept.query) == (first.video_id, first.query)
    if "youtube" in (version.source for version in [first, *later]):
        assert kept.source == "youtube"
        assert kept.published_at_exact


@given(of_youtube, of_youtube)
def test_details_are_never_lost_to_a_search_result(stored: Video, fetched: Video) -> None:
    kept = merged(stored, replace(fetched, detailed=False))
    assert (kept.description, kept.duration_seconds) == (stored.description, stored.duration_seconds)
    assert (kept.published_at, kept.live) == (fetched.published_at, fetched.live)
    # What search says otherwise is asked for, as it may lag behind.
    assert kept.detailed is (stored.detailed and unchanged(stored, replace(kept, found_by=stored.found_by)))
    assert kept.title == (fetched.title or stored.title)


@given(of_youtube, of_youtube)
def test_what_a_search_gives_was_found_by_search_whoever_saw_it_before(stored: Video, fetched: Video) -> None:
    kept = merged(stored, replace(fetched, found_by="search", detailed=False))
    assert (kept.found_by, kept.tracked) == ("search", stored.tracked)

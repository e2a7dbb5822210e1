"""Answers of sources become videos, whatever they hold."""

import html
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.library.item import from_item, to_item
from newsreel.sources import invidious, items, youtube
from newsreel.times import instant, stamp
from newsreel.video import Thumbnail, Video
from newsreel.web import shown

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=1)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def odd(**proper: Any) -> st.SearchStrategy[Any]:
    """Objects of proper fields, of which any may be missing or anything."""
    return st.fixed_dictionaries({}, optional={name: st.just(value) | ANYTHING for name, value in proper.items()})


THUMBNAILS: dict[str, Thumbnail] = {
    "default": {"url": "https://i.ytimg.com/vi/x/default.jpg", "width": 120, "height": 90}
}
SNIPPET: dict[str, Any] = {
    "publishedAt": "2026-11-23T11:59:00Z",
    "channelId": "UC-channel",
    "title": "A title",
    "description": "What it is about",
    "channelTitle": "A channel",
    "thumbnails": THUMBNAILS,
    "liveBroadcastContent": "none",
}
RESULT = {"id": {"kind": "youtube#video", "videoId": "-_345678901"}, "snippet": SNIPPET}
results = odd(id=RESULT["id"], snippet=SNIPPET) | st.fixed_dictionaries(
    {"id": odd(videoId="-_345678901"), "snippet": odd(**SNIPPET)}
)
instance_items = odd(
    type="video",
    videoId="-_345678901",
    published=1_795_400_000,
    title="A title",
    description="",
    author="A channel",
    authorId="UC-channel",
    lengthSeconds=100,
    liveNow=False,
    isUpcoming=False,
)


def found(result: Any = None, **snippet: Any) -> Video:
    """The video of a search result, by default a proper one but for these fields."""
    return youtube._found(  # noqa: SLF001 - the function of which all answers are made
        RESULT | {"snippet": SNIPPET | snippet} if result is None else result, "cricket", NOW
    )


def check(video: Video) -> None:
    """That a video can be stored, sorted, shown and sent."""
    item = to_item(video, timedelta(days=30))
    assert from_item(json.loads(json.dumps(item))) == video
    assert stamp(instant(video.published_at)) == video.published_at
    assert len(video.video_id) == 11
    json.dumps(shown.video(item), ensure_ascii=False).encode()


@given(results | ANYTHING)
def test_a_search_result_makes_a_video_or_is_malformed(result: Any) -> None:
    try:
        video = found(result if result is not None else {})
    except items.Malformed:
        return
    check(video)


@given(odd(snippet=SNIPPET, contentDetails={"duration": "PT1M"}))
def test_details_of_any_kind_make_a_video(item: Any) -> None:
    video = youtube._detailed(found(), item, LATER)  # noqa: SLF001
    check(video)
    assert video.detailed


@given(instance_items | ANYTHING)
def test_an_instances_item_makes_a_video_or_is_malformed(item: Any) -> None:
    try:
        video = invidious._found(item, "cricket", NOW)  # noqa: SLF001
    except items.Malformed:
        return
    check(video)
    assert not video.published_at_exact
    assert video.published_at <= "2026-11-23T12:00:00Z"


@given(st.text(max_size=100))
def test_titles_are_unescaped_exactly_once(title: str) -> None:
    whole = title.encode("utf-8", "replace").decode()
    escaped = html.escape(whole).replace("&#x27;", "&#39;")
    assert found(title=escaped).title == whole


def test_descriptions_and_channels_are_not_unescaped() -> None:
    video = found(title="&amp;amp; &#39;", description="&amp; &#39;", channelTitle="Tom &amp; Co")
    assert (video.title, video.description, video.channel_title) == ("&amp; '", "&amp; &#39;", "Tom &amp; Co")
    detailed = youtube._detailed(video, {"snippet": {"title": "Tom &amp; Co"}}, LATER)  # noqa: SLF001
    assert detailed.title == "Tom &amp; Co", "videos.list escapes nothing"


STORED = Video(
    "-_345678901",
    "cricket",
    SNIPPET["publishedAt"],
    stamp(NOW),
    stamp(NOW),
    title="Old",
    description="Old",
    channel_id="UC-old",
    channel_title="Old",
    thumbnails=THUMBNAILS,
    duration_seconds=7,
)


def detailed(**parts: Any) -> Video:
    """What videos.list makes of a stored video."""
    return youtube._detailed(STORED, parts, NOW)  # noqa: SLF001


def test_what_is_said_to_be_empty_is_empty() -> None:
    video = detailed(
        snippet={"title": "New", "description": "", "channelTitle": "", "thumbnails": {}},
        contentDetails={"duration": "P0D"},
    )
    assert (video.title, video.description, video.channel_title) == ("New", "", "")
    assert (video.thumbnails, video.duration_seconds) == ({}, None)


@pytest.mark.parametrize("parts", [{}, {"snippet": {}, "contentDetails": {}}, {"snippet": None, "contentDetails": 7}])
def test_what_is_not_said_stays(parts: dict[str, Any]) -> None:
    assert detailed(**parts) == STORED._replace(detailed=True)


@pytest.mark.parametrize("time", ["2026-11-23T11:59:00.000Z", "2026-11-23T12:59:00+01:00", "2026-11-23T11:59:00.9Z"])
def test_times_come_to_one_width_in_utc(time: str) -> None:
    assert found(publishedAt=time).published_at == "2026-11-23T11:59:00Z"


@pytest.mark.parametrize("time", [None, "", "yesterday", 7, "2026-11-23T11:59:00", "2026-11-23", ["2026"], {}])
def test_a_video_without_a_time_is_malformed(time: Any) -> None:
    with pytest.raises(items.Malformed):
        found(publishedAt=time)


@pytest.mark.parametrize(
    "time",
    [
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "2005-04-22T23:59:59Z",
        "2026-11-24T12:00:00Z",
        "9999-01-01T00:00:00Z",
    ],
)
def test_no_video_was_published_before_the_first_or_will_be_tomorrow(time: str) -> None:
    with pytest.raises(items.Malformed):
        found(publishedAt=time)
    assert detailed(snippet={"publishedAt": time}).published_at == STORED.published_at
    published = int(datetime.fromisoformat(time).timestamp())
    entry = {"type": "video", "videoId": STORED.video_id, "published": published}
    if published > NOW.timestamp():
        # An instance's times are rough, and that of an item without any is the time of its answer.
        published = min(published, (1 << 35) - 1)
        assert invidious._found({**entry, "published": published}, "cricket", NOW).published_at == stamp(NOW)  # noqa: SLF001
    else:
        with pytest.raises(items.Malformed):
            invidious._found(entry, "cricket", NOW)  # noqa: SLF001


@pytest.mark.parametrize("video_id", [None, "", "short", "much too long", "with space", "ünicode-id_", "abcdefghij\n"])
def test_a_video_without_an_id_is_malformed(video_id: Any) -> None:
    with pytest.raises(items.Malformed):
        found(RESULT | {"id": {"videoId": video_id}})


@pytest.mark.parametrize("kind", ["youtube#channel", "youtube#playlist"])
def test_a_channel_or_playlist_among_the_results_is_malformed(kind: str) -> None:
    with pytest.raises(items.Malformed):
        found(RESULT | {"id": {"kind": kind, "channelId": "UC-channel"}})


def test_odd_fields_cost_no_video() -> None:
    video = found(
        title=7, description=None, channelId="bad id!", channelTitle=[], thumbnails="none", liveBroadcastContent="soon"
    )
    assert video == Video("-_345678901", "cricket", SNIPPET["publishedAt"], stamp(NOW), stamp(NOW))


def test_lone_surrogates_and_endless_texts_are_mended() -> None:
    video = found(title="half \ud83c", description="x" * 100_000)
    assert video.title == "half ?"
    assert len(video.description) == items.DESCRIPTION_LENGTH
    check(video)


def test_all_thumbnails_are_kept_but_those_without_a_proper_url() -> None:
    given_thumbnails = THUMBNAILS | {
        "fhd": {"url": "https://i.ytimg.com/vi/x/fhd.jpg"},
        "odd": {"url": "https://i.ytimg.com/o.jpg", "width": "wide", "height": -1},
        "script": {"url": "javascript:alert(1)"},
        "relative": {"url": "/vi/x.jpg"},
        "none": None,
    }
    assert found(thumbnails=given_thumbnails).thumbnails == THUMBNAILS | {
        "fhd": {"url": "https://i.ytimg.com/vi/x/fhd.jpg", "width": None, "height": None},
        "odd": {"url": "https://i.ytimg.com/o.jpg", "width": None, "height": None},
    }


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("PT4M13S", 253),
        ("PT1H", 3600),
        ("P1DT2H", 93_600),
        ("PT0S", None),
        ("P0D", None),
        ("PT36000S", 36_000),
        ("P", None),
        ("", None),
        ("4:13", None),
        ("PT-1S", None),
        ("PT٣S", None),
        ("PT1.5S", None),
        ("P1Y", None),
        ("PT" + "9" * 1000 + "S", None),
        (None, None),
        (253, None),
    ],
)
def test_durations(text: Any, seconds: int | None) -> None:
    assert youtube.duration(text) == seconds


@given(ANYTHING)
def test_anything_may_stand_for_a_duration(value: Any) -> None:
    seconds = youtube.duration(value)
    assert seconds is None or seconds > 0

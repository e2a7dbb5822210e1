"""The catalogues of the sample upstream: made up, and recorded."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from local.catalogue import DELETED_SHOWN, Clip, Clips, Upload, recorded
from local.made_up import PAST, MadeUp

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
FAR = NOW + timedelta(days=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def ids(clips: Iterable[Clip]) -> set[str]:
    return {clip.video_id for clip in clips}


def test_made_up_videos_are_many_new_and_of_the_query() -> None:
    found = MadeUp([]).search("cricket", None, FAR, NOW)
    assert len(found) > 500
    assert len({clip.video_id for clip in found}) == len(found)
    assert all(len(clip.video_id) == 11 for clip in found)
    assert all(NOW - PAST <= clip.published_at <= clip.visible_at <= NOW for clip in found)
    assert [clip.published_at for clip in found] == sorted((clip.published_at for clip in found), reverse=True)
    assert any("cricket" in clip.title for clip in found)
    assert {clip.live for clip in found} == {"none", "live", "upcoming"}


def test_made_up_videos_are_the_same_whoever_asks_and_others_for_another_query() -> None:
    first, second, other = (
        {clip.video_id for clip in MadeUp([]).search(query, NOW - 60 * MINUTE, FAR, NOW)}
        for query in ("cricket", "cricket", "chess")
    )
    assert first == second
    assert not first & other


def test_made_up_videos_go_on_appearing_and_some_late() -> None:
    catalogue, hour = MadeUp([]), [NOW + number * MINUTE for number in range(60)]
    seen: dict[str, datetime] = {}
    for now in hour:
        for clip in catalogue.search("cricket", NOW, FAR, now):
            seen.setdefault(clip.video_id, now)
    assert len(seen) > 60
    published = {clip.video_id: clip.published_at for clip in catalogue.search("cricket", NOW, FAR, hour[-1])}
    assert max(seen[video_id] - published[video_id] for video_id in seen) > 5 * MINUTE


def test_a_new_video_is_made_up_about_every_ten_seconds() -> None:
    times = [clip.published_at for clip in MadeUp([]).search("my town", NOW - 40 * MINUTE, NOW - 20 * MINUTE, NOW)]
    assert len(times) == 120
    assert all(timedelta(0) < newer - older < timedelta(seconds=20) for newer, older in pairwise(times))


def test_searches_find_most_made_up_videos_within_five_seconds() -> None:
    hour = MadeUp([]).search("official", NOW - 60 * MINUTE, FAR, NOW)
    quick = [clip for clip in hour if clip.visible_at - clip.published_at < timedelta(seconds=5)]
    assert len(quick) > 0.85 * len(hour)


def test_a_first_search_finds_the_past_days_videos_and_not_more_than_two_polls_can_take() -> None:
    found = MadeUp([]).search("cricket", NOW - timedelta(hours=30), FAR, NOW)
    assert timedelta(hours=23, minutes=45) < NOW - found[-1].published_at <= timedelta(days=1)
    assert 500 < len(found) < 1_000


def test_what_searches_no_longer_find_is_still_found_by_its_id() -> None:
    lately = MadeUp([]).search("cricket", NOW - 30 * MINUTE, FAR, NOW)
    later = NOW + timedelta(hours=6)
    after = MadeUp(["cricket"])
    still = {clip.video_id for clip in after.search("cricket", NOW - 30 * MINUTE, NOW, later)}
    assert 0 < len(still) < len(lately) / 10
    assert [after.find(clip.video_id, later) for clip in lately] == lately


def test_made_up_videos_have_the_thumbnails_that_are_asked_for() -> None:
    given = {"medium": {"url": "http://127.0.0.1:3000/x.svg", "width": 320, "height": 180}}
    assert MadeUp([], thumbnails=lambda _: given).search("cricket", None, FAR, NOW)[0].thumbnails == given
    newest = MadeUp([]).search("cricket", None, FAR, NOW)[0]
    assert newest.thumbnails["medium"]["url"] == f"https://i.ytimg.com/vi/{newest.video_id}/mqdefault.jpg"


def test_made_up_videos_are_found_by_id_after_a_restart_and_when_they_are_old() -> None:
    clips = MadeUp([]).search("cricket", None, FAR, NOW)
    after = MadeUp(["chess", "cricket"])
    assert [after.find(clip.video_id, NOW + timedelta(days=20)) for clip in clips[:50]] == clips[:50]
    assert after.find(clips[0].video_id, clips[0].published_at - MINUTE) is None
    assert MadeUp(["chess"]).find(clips[0].video_id, NOW) is None


def test_made_up_channels_have_all_their_videos_of_the_last_hours_whatever_they_were_found_by() -> None:
    catalogue = MadeUp(["cricket", "chess"])
    found = [clip for query in ("cricket", "chess") for clip in catalogue.search(query, NOW - HOUR, FAR, NOW)]
    channel_id, count = Counter(clip.channel_id for clip in found).most_common(1)[0]
    of_both = [clip for clip in found if clip.channel_id == channel_id]
    assert {clip.query for clip in of_both} == {"cricket", "chess"}
    uploads = [upload.clip for upload in MadeUp(["chess", "cricket"]).uploads(channel_id, NOW) or ()]
    assert ids(uploads) >= ids(of_both)
    assert len(uploads) > 2 * count
    assert all(clip.published_at <= NOW for clip in uploads)
    assert [catalogue.find(clip.video_id, NOW) for clip in uploads] == uploads
    later = [upload.clip for upload in catalogue.uploads(channel_id, NOW + 2 * HOUR) or ()]
    assert ids(later) > ids(of_both), "searches find few of what is older than an hour"


def test_every_made_up_channel_is_there_even_without_recent_videos_and_no_other_is() -> None:
    found = MadeUp([]).search("cricket", None, FAR, NOW)
    after = MadeUp(["cricket"])
    counts = [len(uploads) for clip in found if (uploads := after.uploads(clip.channel_id, NOW)) is not None]
    assert len(counts) == len(found)
    assert min(counts) == 0
    assert after.uploads("UC0123456789abcdefghijkl", NOW) is None
    assert MadeUp([]).uploads(found[0].channel_id, NOW) is None


@pytest.mark.parametrize("video_id", ["", "-_-_-_-_-_-", "short", "éééééééééééé", "dQw4w9WgXcQ"])
def test_ids_of_others_are_not_found(video_id: str) -> None:
    assert MadeUp(["cricket"]).find(video_id, NOW) is None


def clip(number: int, **fields: Any) -> Clip:
    published = NOW - number * MINUTE
    return Clip(f"clip{number:07d}", published, published, **fields)


def test_a_channel_has_its_own_videos_once_they_are_published_and_no_channel_is_there_without_any() -> None:
    first, second, other = clip(1), clip(2), clip(3, channel_id="UCother")
    catalogue = Clips([first, second])
    catalogue.add(other)
    assert catalogue.uploads("UCother", NOW) == [Upload(other)]
    assert catalogue.uploads(first.channel_id, NOW) == [Upload(first), Upload(second)]
    assert catalogue.uploads(first.channel_id, NOW - 2 * MINUTE) == [Upload(second)]
    assert catalogue.uploads("UCother", NOW - HOUR) == []
    assert catalogue.uploads("UCnobody", NOW) is None


def test_an_upload_is_as_old_as_its_publication_unless_it_came_before() -> None:
    assert Upload(clip(1)).at == NOW - MINUTE
    assert Upload(clip(1, uploaded_at=NOW - HOUR)).at == NOW - HOUR


def test_a_deleted_video_leaves_its_place_for_hours_and_a_private_one_for_good() -> None:
    deleted, private = clip(1), clip(2)
    catalogue = Clips([deleted, private])
    catalogue.remove(deleted.video_id)
    catalogue.hide(private.video_id)
    assert catalogue.search("any", None, FAR, NOW) == []
    assert [catalogue.find(each.video_id, NOW) for each in (deleted, private)] == [None, None]
    both = [Upload(deleted, "deleted"), Upload(private, "private")]
    assert catalogue.uploads(deleted.channel_id, NOW) == both
    assert catalogue.uploads(deleted.channel_id, NOW + DELETED_SHOWN - MINUTE) == both
    assert catalogue.uploads(deleted.channel_id, NOW + DELETED_SHOWN) == both[1:]
    catalogue.add(private)
    assert catalogue.uploads(deleted.channel_id, NOW + DELETED_SHOWN) == [Upload(private)]
    catalogue.remove(private.video_id)
    assert catalogue.uploads(deleted.channel_id, NOW + 2 * DELETED_SHOWN) == [Upload(private, "deleted")]
    assert catalogue.uploads(deleted.channel_id, NOW + 3 * DELETED_SHOWN) == []


def test_a_changed_video_is_changed_among_the_uploads_and_can_go_to_another_channel() -> None:
    catalogue = Clips([clip(1)])
    catalogue.change("clip0000001", title="Another title")
    assert catalogue.uploads(clip(1).channel_id, NOW) == [Upload(clip(1, title="Another title"))]
    catalogue.change("clip0000001", channel_id="UCother")
    assert catalogue.uploads(clip(1).channel_id, NOW) == []
    assert [upload.gone for upload in catalogue.uploads("UCother", NOW) or ()] == [None]


def item(number: int, published_at: str, title: str = "A &amp; B") -> dict[str, Any]:
    snippet = {
        "publishedAt": published_at,
        "channelId": "UC1",
        "title": title,
        "description": "Some text",
        "thumbnails": {"default": {"url": "https://i.ytimg.com/vi/x/default.jpg"}},
        "channelTitle": "C & D",
        "liveBroadcastContent": "live",
    }
    return {"id": {"kind": "youtube#video", "videoId": f"clip{number:07d}"}, "snippet": snippet}


def test_a_recording_is_shifted_to_end_now_and_keeps_its_lag(tmp_path: Path) -> None:
    groups = [
        {"inserted_at_utc": "2025-09-07 10:00:00Z", "items": [item(1, "2025-09-07T09:00:00.000Z")]},
        {"inserted_at_utc": "2025-09-07 11:00:00Z", "items": [item(2, "2025-09-07T10:30:00Z")]},
    ]
    path = tmp_path / "polls.jsonl"
    path.write_text("\n".join(json.dumps(group) for group in groups))
    catalogue = recorded(path, NOW)
    assert [clip.video_id for clip in catalogue.search("any", None, FAR, NOW - 60 * MINUTE)] == ["clip0000001"]
    newest, oldest = catalogue.search("any", None, FAR, NOW)
    assert (oldest.published_at, oldest.visible_at) == (NOW - timedelta(hours=2), NOW - timedelta(hours=1))
    assert (newest.published_at, newest.visible_at) == (NOW - timedelta(minutes=30), NOW)
    assert (newest.title, newest.channel_title, newest.live) == ("A & B", "C & D", "live")


GROUP = '{"inserted_at_utc": "2026-11-23 12:00:00Z", "items": [%s]}'
NINES = '{"id": {"videoId": "a"}, "snippet": {"publishedAt": "9999-12-31T23:59:59Z"}}'


@pytest.mark.parametrize(
    "text",
    [
        "{}",
        "[1]",
        "no JSON",
        '{"inserted_at_utc": "noon", "items": []}',
        "",
        GROUP % "1",
        GROUP % '{"id": {"videoId": 1}, "snippet": []}',
        GROUP % '{"id": {"videoId": 1}, "snippet": {"publishedAt": "2026-11-23T12:00:00Z", "title": 1}}',
        GROUP % NINES,
        "[" * 100_000,
    ],
)
def test_what_is_no_recording_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "polls.jsonl"
    path.write_text(text)
    with pytest.raises(ValueError, match=r"."):
        recorded(path, NOW)

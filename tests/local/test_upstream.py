"""The sample upstream: what it answers to whom, and what it refuses."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from local.catalogue import Clip, Clips, thumbnails
from local.playlist import disordered, listed_at
from local.upstream import Call, Limits, Upstream

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
TIDY = "UC0123456789abcdefghijkl"
UNTIDY = next(name for number in range(99) if disordered(name := f"UC{number:022d}"))


def clips(count: int) -> Iterator[Clip]:
    """One clip a minute, the newest at NOW."""
    for number in range(count):
        published = NOW - number * MINUTE
        yield Clip(f"clip{number:07d}", published, published, thumbnails=thumbnails(f"clip{number:07d}"))


def search(upstream: Upstream, *, key: str | None = "key", **parameters: str) -> TestResponse:
    asked = {"part": "snippet", "type": "video", "order": "date", "q": "cricket", "maxResults": "50"} | parameters
    headers = {"X-Goog-Api-Key": key} if key else {}
    return Client(upstream).get("/youtube/v3/search", query_string=asked, headers=headers)


def details(upstream: Upstream, *ids: str, part: str = "snippet,contentDetails,statistics,liveStreamingDetails") -> Any:
    asked = {"part": part, "id": ",".join(ids)}
    return Client(upstream).get("/youtube/v3/videos", query_string=asked, headers={"X-Goog-Api-Key": "key"}).json


def uploads(upstream: Upstream, channel_id: str = TIDY, **parameters: str) -> TestResponse:
    asked = {"part": "contentDetails", "playlistId": f"UU{channel_id[2:]}", "maxResults": "50"} | parameters
    return Client(upstream).get("/youtube/v3/playlistItems", query_string=asked, headers={"X-Goog-Api-Key": "key"})


def listed(upstream: Upstream, channel_id: str = TIDY, **parameters: str) -> list[str]:
    answer = uploads(upstream, channel_id, **parameters)
    return [item["contentDetails"]["videoId"] for item in answer.json["items"]] if answer.json else []


def clip_of(number: int, age: timedelta = HOUR, **fields: Any) -> Clip:
    """Searches find it long after the playlist shows it."""
    return Clip(f"clip{number:07d}", NOW - age, NOW + HOUR, **fields)


def ids(answer: TestResponse) -> list[str]:
    return [item["id"]["videoId"] for item in answer.json["items"]] if answer.json else []


def at_noon(*clips: Clip, **options: Any) -> Upstream:
    return Upstream(Clips(clips), lambda: NOW, **options)


def reason(answer: TestResponse) -> tuple[int, str]:
    assert answer.json
    assert answer.json["error"]["code"] == answer.status_code
    return answer.status_code, answer.json["error"]["errors"][0]["reason"]


def test_pages_are_whole_until_the_last_and_together_hold_everything() -> None:
    upstream, found = at_noon(*clips(120)), []
    token: dict[str, str] = {}
    for size in (50, 50, 20):
        answer = search(upstream, **token)
        assert answer.json
        found += ids(answer)
        assert len(ids(answer)) == answer.json["pageInfo"]["resultsPerPage"] == size
        assert answer.json["pageInfo"]["totalResults"] == 1_000_000
        token = {"pageToken": answer.json.get("nextPageToken", "")}
    assert token == {"pageToken": ""}
    assert sorted(found) == sorted(clip.video_id for clip in clips(120))


def test_no_more_than_500_results_can_be_paged() -> None:
    upstream, count = at_noon(*clips(700)), 0
    token: dict[str, str] = {}
    while (answer := search(upstream, **token)).json:
        count += len(ids(answer))
        if "nextPageToken" not in answer.json:
            break
        token = {"pageToken": answer.json["nextPageToken"]}
    assert count == 500


def test_the_order_is_only_roughly_by_date() -> None:
    times = [item["snippet"]["publishedAt"] for item in search(at_noon(*clips(50))).json["items"]]  # type: ignore[index]
    assert times != sorted(times, reverse=True)
    assert times[0] > times[-1]


def test_published_after_includes_its_second_and_published_before_does_not() -> None:
    early, middle, late = (Clip(f"clip{n:07d}", NOW - n * SECOND, NOW - n * SECOND) for n in (3, 2, 1))
    window = {"publishedAfter": "2026-11-23T11:59:57Z", "publishedBefore": "2026-11-23T13:59:59+02:00"}
    assert set(ids(search(at_noon(early, middle, late), **window))) == {early.video_id, middle.video_id}


def test_a_video_is_found_only_when_it_is_visible_but_its_details_are_there_before() -> None:
    upstream = at_noon(Clip("clip0000001", NOW - HOUR, NOW + SECOND), Clip("clip0000002", NOW + SECOND, NOW + SECOND))
    assert ids(search(upstream)) == []
    assert [item["id"] for item in details(upstream, "clip0000001", "clip0000002")["items"]] == ["clip0000001"]
    upstream.now = lambda: NOW + SECOND
    assert len(ids(search(upstream))) == 2


def test_each_query_finds_its_own_clips() -> None:
    upstream = at_noon(
        Clip("clip0000001", NOW, NOW, query="cricket"), Clip("clip0000002", NOW, NOW, query="chess"), *clips(1)
    )
    assert set(ids(search(upstream, q="chess"))) == {"clip0000002", "clip0000000"}


def test_titles_are_escaped_in_searches_only_and_descriptions_cut_there() -> None:
    text = "word " * 40
    upstream = at_noon(Clip("clip0000001", NOW, NOW, title='Tom & Jerry\'s <b>"best"</b>', description=text))
    found = search(upstream).json["items"][0]["snippet"]  # type: ignore[index]
    assert found["title"] == "Tom &amp; Jerry&#39;s &lt;b&gt;&quot;best&quot;&lt;/b&gt;"
    assert found["description"].endswith("word ...")
    assert 130 < len(found["description"]) <= 141
    whole = details(upstream, "clip0000001")["items"][0]["snippet"]
    assert (whole["title"], whole["description"]) == ('Tom & Jerry\'s <b>"best"</b>', text)


def test_details_have_the_parts_that_were_asked_for() -> None:
    upstream = at_noon(
        Clip("clip0000001", NOW, NOW, duration_seconds=3723),
        Clip("clip0000002", NOW, NOW, live="live"),
        Clip("clip0000003", NOW, NOW, live="upcoming"),
    )
    plain, live, upcoming = details(upstream, "clip0000001", "clip0000002", "clip0000003", "clip0000009")["items"]
    assert plain["contentDetails"]["duration"] == "PT1H2M3S"
    assert "liveStreamingDetails" not in plain
    assert live["contentDetails"]["duration"] == "P0D"
    assert live["liveStreamingDetails"].keys() == {"actualStartTime"}
    assert upcoming["liveStreamingDetails"].keys() == {"scheduledStartTime"}
    assert details(upstream, "clip0000001", part="statistics")["items"][0].keys() == {
        "kind",
        "etag",
        "id",
        "statistics",
    }


def test_a_key_is_refused_when_its_bucket_is_spent_until_midnight_in_california() -> None:
    upstream = at_noon(*clips(1), limits=Limits(search=2), limits_of={"rich": Limits(search=3)})
    assert [search(upstream).status_code for _ in range(3)] == [200, 200, 429]
    assert [search(upstream, key="rich").status_code for _ in range(4)] == [200, 200, 200, 429]
    refusal = search(upstream).json["error"]  # type: ignore[index]
    assert refusal["status"] == "RESOURCE_EXHAUSTED"
    assert "per day" in refusal["message"]
    metadata = refusal["details"][0]["metadata"]
    assert metadata["quota_limit"] == "defaultSearchListPerDayPerProject"
    assert metadata["quota_metric"] == "youtube.googleapis.com/search_list"
    assert metadata["quota_limit_value"] == "2"
    assert details(upstream, "clip0000000")["items"]
    assert upstream.spent("key", "search", date(2026, 11, 23)) == 2
    # Midnight in California is 08:00 UTC in winter.
    upstream.now = lambda: datetime(2026, 11, 24, 7, 59, 59, tzinfo=UTC)
    assert search(upstream).status_code == 429
    upstream.now = lambda: datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
    assert search(upstream).status_code == 200


def test_units_are_another_bucket() -> None:
    upstream = at_noon(*clips(1), limits=Limits(default=1))
    details(upstream, "clip0000000")
    refusal = details(upstream, "clip0000000")["error"]
    assert refusal["details"][0]["metadata"]["quota_metric"] == "youtube.googleapis.com/default"
    assert search(upstream).status_code == 200


def test_a_project_without_quota_is_told_so() -> None:
    refusal = search(at_noon(limits=Limits(search=0))).json["error"]  # type: ignore[index]
    assert refusal["details"][0]["metadata"]["quota_limit_value"] == "0"


def test_an_unknown_key_is_invalid_and_none_at_all_forbidden() -> None:
    upstream = at_noon(*clips(1), keys={"key"})
    bad = search(upstream, key="other")
    assert reason(bad) == (400, "badRequest")
    assert bad.json["error"]["details"][0]["reason"] == "API_KEY_INVALID"  # type: ignore[index]
    assert reason(search(upstream, key=None)) == (403, "forbidden")
    assert Client(upstream).get("/youtube/v3/search?part=snippet&key=key").status_code == 200


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"pageToken": "nonsense"}, "invalidPageToken"),
        ({"pageToken": "é"}, "invalidPageToken"),
        ({"maxResults": "51"}, "invalidParameter"),
        ({"maxResults": "many"}, "badRequest"),
        ({"publishedAfter": "yesterday"}, "badRequest"),
        ({"publishedAfter": "2026-11-23T00:00:00"}, "badRequest"),
    ],
)
def test_wrong_parameters_are_refused(parameters: dict[str, str], expected: str) -> None:
    assert reason(search(at_noon(*clips(1)), **parameters)) == (400, expected)


def test_missing_parameters_are_named() -> None:
    client, key = Client(at_noon()), {"X-Goog-Api-Key": "key"}
    of_lists = ("playlistItems?playlistId=UUa", "part"), ("playlistItems?part=snippet", "playlistId")
    for path, missing in (("search?q=a", "part"), ("videos?id=a", "part"), ("videos?part=snippet", "id"), *of_lists):
        answer = client.get(f"/youtube/v3/{path}", headers=key)
        assert reason(answer) == (400, "missingRequiredParameter")
        assert answer.json["error"]["errors"][0]["location"] == missing  # type: ignore[index]


def test_more_than_50_details_at_once_are_refused() -> None:
    assert details(at_noon(), *(clip.video_id for clip in clips(51)))["error"]["code"] == 400


def test_other_paths_and_methods_are_not_there() -> None:
    client = Client(at_noon())
    assert client.get("/youtube/v3/channels").status_code == 404
    assert client.post("/youtube/v3/search").status_code == 405


def test_a_fault_is_answered_in_place_of_the_truth_and_calls_are_kept() -> None:
    def fault(call: Call) -> Response | None:
        return Response("<html>", 502) if call.bucket == "search" else None

    upstream = at_noon(*clips(1), fault=fault)
    assert search(upstream).status_code == 502
    assert details(upstream, "clip0000000")["items"]
    assert [(call.bucket, call.endpoint, call.key, call.at) for call in upstream.calls] == [
        ("search", "search", "key", NOW),
        ("default", "videos", "key", NOW),
    ]
    assert upstream.calls[0].parameters["q"] == "cricket"


def test_clips_come_and_go() -> None:
    catalogue = Clips(clips(2))
    upstream = Upstream(catalogue, lambda: NOW)
    catalogue.remove("clip0000000")
    catalogue.add(Clip("clip0000007", NOW - HOUR, NOW))
    assert set(ids(search(upstream))) == {"clip0000001", "clip0000007"}
    assert [item["id"] for item in details(upstream, "clip0000000", "clip0000007")["items"]] == ["clip0000007"]


def test_uploads_are_newest_first_by_upload_whether_searches_find_them_or_not() -> None:
    early = clip_of(4, uploaded_at=NOW - 9 * HOUR)
    upstream = at_noon(clip_of(1, 2 * HOUR), clip_of(2, 3 * HOUR), clip_of(3, channel_id=UNTIDY), early)
    assert listed(upstream) == ["clip0000001", "clip0000002", "clip0000004"]
    assert ids(search(upstream)) == []
    last = uploads(upstream, part="snippet,contentDetails").json["items"][-1]  # type: ignore[index]
    assert last["snippet"]["publishedAt"] == "2026-11-23T03:00:00Z"
    assert last["contentDetails"]["videoPublishedAt"] == "2026-11-23T11:00:00Z"


def test_on_some_channels_a_few_uploads_are_out_of_order_the_same_ones_each_time() -> None:
    assert 60 < sum(disordered(f"UC{number:022d}") for number in range(800)) < 140
    tidy, untidy = (
        at_noon(*(clip_of(number, number * HOUR, channel_id=channel_id) for number in range(1, 51)))
        for channel_id in (TIDY, UNTIDY)
    )
    order = [f"clip{number:07d}" for number in range(1, 51)]
    assert listed(tidy) == order
    seen = listed(untidy, UNTIDY)
    assert sorted(seen) == order
    assert 0 < sum(one != other for one, other in zip(seen, order, strict=True)) < 25
    assert listed(untidy, UNTIDY) == seen


def test_a_new_upload_can_stand_below_known_ones() -> None:
    catalogue = Clips()
    upstream, places, known = Upstream(catalogue, lambda: NOW), set(), set[str]()
    for number in range(40):
        catalogue.add(clip_of(number, HOUR - number * SECOND, channel_id=UNTIDY))
        seen = listed(upstream, UNTIDY)
        places |= {place for place, video_id in enumerate(seen) if video_id not in known}
        known |= set(seen)
    assert {0} < places <= set(range(4))


def test_a_video_is_listed_within_a_minute_of_its_publication_or_five() -> None:
    lags = sorted(listed_at(clip) - clip.published_at for clip in map(clip_of, range(2_000)))
    assert lags[0] == 0 * SECOND
    assert lags[1_500] < MINUTE <= lags[-50] < lags[-1] <= 5 * MINUTE
    assert lags[1_800] <= MINUTE
    late = next(clip for clip in map(clip_of, range(2_000)) if listed_at(clip) - clip.published_at > MINUTE)
    upstream = at_noon(late)
    upstream.now = lambda: listed_at(late) - SECOND
    assert listed(upstream) == []
    assert details(upstream, late.video_id)["items"]
    upstream.now = lambda: listed_at(late)
    assert listed(upstream) == [late.video_id]


def test_an_upload_has_the_parts_that_were_asked_for_and_all_its_words() -> None:
    text = "word " * 40
    clip = clip_of(1, title="Tom & Jerry's", description=text, channel_title="C & D", thumbnails=thumbnails("a"))
    upstream = at_noon(clip)
    body: Any = uploads(upstream, part="snippet,status").json
    (item,) = body["items"]
    assert (body["kind"], item["kind"]) == ("youtube#playlistItemListResponse", "youtube#playlistItem")
    assert item.keys() == {"kind", "etag", "id", "snippet", "status"}
    assert item["status"] == {"privacyStatus": "public"}
    assert item["snippet"] == {
        "publishedAt": "2026-11-23T11:00:00Z",
        "channelId": TIDY,
        "title": "Tom & Jerry's",
        "description": text,
        "thumbnails": thumbnails("a"),
        "channelTitle": "C & D",
        "playlistId": "UU0123456789abcdefghijkl",
        "position": 0,
        "resourceId": {"kind": "youtube#video", "videoId": "clip0000001"},
        "videoOwnerChannelTitle": "C & D",
        "videoOwnerChannelId": TIDY,
    }
    (brief,) = uploads(upstream).json["items"]  # type: ignore[index]
    assert brief["contentDetails"] == {"videoId": "clip0000001", "videoPublishedAt": "2026-11-23T11:00:00Z"}
    assert brief.keys() == {"kind", "etag", "id", "contentDetails"}
    assert brief["id"] == item["id"]


@pytest.mark.parametrize(
    ("gone", "title", "description", "status"),
    [
        (Clips.remove, "Deleted video", "This video is unavailable.", "privacyStatusUnspecified"),
        (Clips.hide, "Private video", "This video is private.", "private"),
    ],
)
def test_what_is_gone_keeps_its_place_without_its_words(
    gone: Callable[[Clips, str], None], title: str, description: str, status: str
) -> None:
    catalogue = Clips([clip_of(1, HOUR), clip_of(2, 2 * HOUR, thumbnails=thumbnails("a")), clip_of(3, 3 * HOUR)])
    upstream = Upstream(catalogue, lambda: NOW)
    before: Any = uploads(upstream).json
    gone(catalogue, "clip0000002")
    body: Any = uploads(upstream, part="snippet,contentDetails,status").json
    assert body["etag"] != before["etag"]
    snippet = body["items"][1]["snippet"]
    assert (snippet["title"], snippet["description"], snippet["position"]) == (title, description, 1)
    assert snippet["thumbnails"] == {}
    assert not any(name.startswith("videoOwner") for name in snippet)
    assert body["items"][1]["contentDetails"] == {"videoId": "clip0000002"}
    assert body["items"][1]["status"] == {"privacyStatus": status}
    assert details(upstream, "clip0000002")["items"] == []


def test_a_playlist_is_paged_five_at_a_time_unless_more_are_asked_for() -> None:
    upstream = at_noon(*(clip_of(number, number * HOUR) for number in range(1, 13)))
    asked = {"part": "snippet", "playlistId": f"UU{TIDY[2:]}", "key": "key"}
    positions = []
    for size in (5, 5, 2):
        body: Any = Client(upstream).get("/youtube/v3/playlistItems", query_string=asked).json
        assert body["pageInfo"] == {"totalResults": 12, "resultsPerPage": 5}
        assert len(body["items"]) == size
        positions += [item["snippet"]["position"] for item in body["items"]]
        asked["pageToken"] = body.get("nextPageToken", "")
    assert (positions, asked["pageToken"]) == (list(range(12)), "")
    assert len(listed(upstream)) == 12
    assert listed(upstream, maxResults="0") == []


def test_a_playlist_is_paged_further_than_a_search() -> None:
    upstream, seen = at_noon(*(clip_of(number, HOUR + number * SECOND) for number in range(700))), set[str]()
    token: dict[str, str] = {}
    while token != {"pageToken": ""}:
        seen |= set(listed(upstream, **token))
        token = {"pageToken": (uploads(upstream, **token).json or {}).get("nextPageToken", "")}
    assert len(seen) == 700


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [({"pageToken": "nonsense"}, "invalidPageToken"), ({"maxResults": "51"}, "invalidParameter")],
)
def test_wrong_parameters_of_playlists_are_refused(parameters: dict[str, str], expected: str) -> None:
    assert reason(uploads(at_noon(clip_of(1)), **parameters)) == (400, expected)


@pytest.mark.parametrize("playlist_id", ["UUnobody", "PL0123456789abcdefghijkl", TIDY])
def test_an_unknown_playlist_is_not_found(playlist_id: str) -> None:
    answer = uploads(at_noon(clip_of(1)), playlistId=playlist_id)
    assert reason(answer) == (404, "playlistNotFound")
    assert answer.json["error"]["errors"][0] == {  # type: ignore[index]
        "message": "The playlist identified with the request's <code>playlistId</code> parameter cannot be found.",
        "domain": "youtube.playlistItem",
        "reason": "playlistNotFound",
        "location": "playlistId",
        "locationType": "parameter",
    }


def test_a_channel_without_uploads_has_an_empty_playlist() -> None:
    answer = uploads(at_noon(clip_of(1, -HOUR)))
    assert answer.status_code == 200
    assert answer.json
    assert answer.json["items"] == []
    assert answer.json["pageInfo"]["totalResults"] == 0


def test_a_playlist_costs_a_unit_found_or_not() -> None:
    upstream = at_noon(clip_of(1), limits=Limits(default=3))
    assert [uploads(upstream, name).status_code for name in (TIDY, "UCnobody", TIDY, TIDY)] == [200, 404, 200, 429]
    assert upstream.spent("key", "default", date(2026, 11, 23)) == 3
    assert {(call.bucket, call.endpoint) for call in upstream.calls} == {("default", "playlistItems")}

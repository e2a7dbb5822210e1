"""The sample upstream: what it answers to whom, and what it refuses."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from local.catalogue import Clip, Clips, thumbnails
from local.upstream import Call, Limits, Upstream

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def clips(count: int) -> Iterator[Clip]:
    """One clip a minute, the newest at NOW."""
    for number in range(count):
        published = NOW - number * timedelta(minutes=1)
        yield Clip(f"clip{number:07d}", published, published, thumbnails=thumbnails(f"clip{number:07d}"))


def search(upstream: Upstream, *, key: str | None = "key", **parameters: str) -> TestResponse:
    asked = {"part": "snippet", "type": "video", "order": "date", "q": "cricket", "maxResults": "50"} | parameters
    headers = {"X-Goog-Api-Key": key} if key else {}
    return Client(upstream).get("/youtube/v3/search", query_string=asked, headers=headers)


def details(upstream: Upstream, *ids: str, part: str = "snippet,contentDetails,statistics,liveStreamingDetails") -> Any:
    asked = {"part": part, "id": ",".join(ids)}
    return Client(upstream).get("/youtube/v3/videos", query_string=asked, headers={"X-Goog-Api-Key": "key"}).json


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
    for path, missing in (("search?q=a", "part"), ("videos?id=a", "part"), ("videos?part=snippet", "id")):
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
    assert [(call.bucket, call.key, call.at) for call in upstream.calls] == [
        ("search", "key", NOW),
        ("default", "key", NOW),
    ]
    assert upstream.calls[0].parameters["q"] == "cricket"


def test_clips_come_and_go() -> None:
    catalogue = Clips(clips(2))
    upstream = Upstream(catalogue, lambda: NOW)
    catalogue.remove("clip0000000")
    catalogue.add(Clip("clip0000007", NOW - HOUR, NOW))
    assert set(ids(search(upstream))) == {"clip0000001", "clip0000007"}
    assert [item["id"] for item in details(upstream, "clip0000000", "clip0000007")["items"]] == ["clip0000007"]

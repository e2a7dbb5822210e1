"""The API as a stranger meets it: strict, told plainly what is wrong, and the same on every path."""

import gzip
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import requests
from botocore.exceptions import EndpointConnectionError
from werkzeug.test import TestResponse

import functions.api.app as api
from local.invocation import Context
from local.machine import ROOT
from newsreel.times import stamp
from newsreel.video import LIVE_STATES
from tests.filled import CHANNELS, COUNT, served
from tests.world import MINUTE, START, World, clip, clips

PATHS = [
    "/",
    "/ping",
    "/videos",
    "/videos/video000001",
    "/videos.atom",
    "/videos.feed.json",
    "/opml",
    "/queries",
    "/queries/cricket",
    "/targets",
    "/targets/chat",
    "/status",
    "/privacy",
    "/openapi.json",
    "/docs",
]
CHANGED = ("/queries/cricket", "/targets/chat")
"""What can be changed has a version of its own, and more methods."""
PROBLEM = "application/problem+json"


def faults(response: TestResponse) -> set[str]:
    """The parameters that an answer says are wrong."""
    assert response.status_code == 400
    errors = response.get_json()["errors"]
    assert all(error["detail"] for error in errors)
    return {error["parameter"] for error in errors}


@contextmanager
def failing_table(world: World, error: Exception) -> Iterator[None]:
    """Every call to DynamoDB fails."""

    def fail(**_: Any) -> None:
        raise error

    events = world.dynamodb.meta.events
    events.register("before-parameter-build.dynamodb", fail)
    try:
        yield
    finally:
        events.unregister("before-parameter-build.dynamodb", fail)


@pytest.mark.parametrize("path", PATHS)
def test_every_path_answers(full: World, path: str) -> None:
    response = full.get(path)
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    # A strong one says which version a change must name.
    assert response.headers["ETag"].startswith('"' if path in CHANGED else 'W/"')
    assert response.headers["Cache-Control"]


def test_every_path_is_tried() -> None:
    tried = {re.sub(r"/(video000001|cricket|chat)$", "/*", path) for path in PATHS}
    assert api.routes.keys() == tried | {"/docs/*"}


def test_ping(full: World) -> None:
    assert full.get("/ping").get_json() == {"message": "Pong!"}


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("page_size=0", {"page_size"}),
        ("page_size=51", {"page_size"}),
        ("page_size=-1", {"page_size"}),
        ("page_size=+5", {"page_size"}),
        ("page_size=5.0", {"page_size"}),
        ("page_size=ten", {"page_size"}),
        ("page_size=%D9%A3", {"page_size"}),
        ("page_size=" + "9" * 5000, {"page_size"}),
        ("page_size=", {"page_size"}),
        ("page_size", {"page_size"}),
        ("page_size=5&page_size=5", {"page_size"}),
        ("query=", {"query"}),
        ("query=cricket&query=cricket", {"query"}),
        ("order=random", {"order"}),
        ("order=Newest", {"order"}),
        ("live=yes", {"live"}),
        ("channel_id=UC%20x", {"channel_id"}),
        ("channel_id=" + "U" * 65, {"channel_id"}),
        ("published_after=2026-11-23T12:00:00", {"published_after"}),
        ("published_after=2026-11-23", {"published_after"}),
        ("published_after=2026-11-23%2012:00:00Z", {"published_after"}),
        ("published_after=2026-02-30T12:00:00Z", {"published_after"}),
        ("published_after=1795435200", {"published_after"}),
        ("published_after=yesterday", {"published_after"}),
        ("published_before=2026-11-23T12:00Z", {"published_before"}),
        ("published_before=2026-11-23T12:00:00%2B25:00", {"published_before"}),
        ("published_after=2026-11-23T12:00:00Z&published_before=2026-11-23T12:00:00Z", {"published_before"}),
        ("published_after=2026-11-23T12:00:00Z&published_before=2026-11-23T12:59:00%2B01:00", {"published_before"}),
        ("cursor=nonsense", {"cursor"}),
        ("cursor=" + "A" * 5000, {"cursor"}),
        ("cursor=%00", {"cursor"}),
        ("pagesize=5", {"pagesize"}),
        ("Query=cricket", {"Query"}),
        ("page_size%20=5", {"page_size "}),
        ("=5", {""}),
        ("page_size=0&order=up&live=&x=1&order=newest", {"page_size", "order", "live", "x"}),
    ],
)
@pytest.mark.parametrize("path", ["/videos", "/videos.atom", "/videos.feed.json"])
def test_every_fault_is_told(full: World, path: str, query: str, wrong: set[str]) -> None:
    assert faults(full.get(f"{path}?{query}")) == wrong


@pytest.mark.parametrize("path", sorted(set(PATHS) - {"/", "/videos", "/videos.atom", "/videos.feed.json"}))
def test_unknown_parameters_are_faults_everywhere(full: World, path: str) -> None:
    assert faults(full.get(f"{path}?page_size=5")) == {"page_size"}


def test_the_dashboard_reads_its_own_parameters(full: World) -> None:
    assert full.get("/?search=final&view=table").data == full.get("/").data


def test_long_values_are_cut_in_faults(full: World) -> None:
    (fault,) = full.get("/videos?cursor=" + "A" * 5000).get_json()["errors"]
    assert len(fault["value"]) == 100


@pytest.mark.parametrize(
    "query", ["order=oldest", "live=none", "channel_id=UC1", "published_after=2026-11-23T00:00:00Z"]
)
def test_a_cursor_of_another_listing_is_refused(full: World, query: str) -> None:
    cursor = full.get("/videos?page_size=5").get_json()["next_cursor"]
    assert faults(full.get(f"/videos?{query}&cursor={cursor}")) == {"cursor"}


def test_a_cursor_goes_with_any_page_size_and_the_feed(full: World) -> None:
    cursor = full.get("/videos?page_size=5").get_json()["next_cursor"]
    (video,) = full.get(f"/videos?page_size=1&cursor={cursor}").get_json()["videos"]
    assert video["video_id"] == "video000006"
    assert b"video000006" in full.get(f"/videos.atom?cursor={cursor}").data


@pytest.mark.parametrize(
    ("time", "count"),
    [
        ("2026-11-23T11:50:00Z", 10),
        ("2026-11-23t11:50:00z", 10),
        ("2026-11-23T11:50:00.000Z", 10),
        ("2026-11-23T11:50:00.001Z", 9),
        ("2026-11-23T17:20:00%2B05:30", 10),
        ("2026-11-23T17:20:00+05:30", 10),
        ("2026-11-23T03:50:00-08:00", 10),
        ("0001-01-01T00:00:00Z", COUNT),
        ("9999-12-31T23:59:59.9Z", 0),
    ],
)
def test_times_in_any_zone(full: World, time: str, count: int) -> None:
    assert len(full.ids(f"/videos?page_size=50&published_after={time}")) == count
    assert len(full.ids(f"/videos?page_size=50&published_before={time}")) == COUNT - count


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("page_size", [1, 7, 50])
@pytest.mark.parametrize("channel", [None, "UC1"])
@pytest.mark.parametrize("live", [None, "live", "upcoming"])
def test_filters_together(full: World, order: str, page_size: int, channel: str | None, live: str | None) -> None:
    after, before = START - 50 * MINUTE, START - 5 * MINUTE
    filters = {"order": order, "page_size": str(page_size), "channel_id": channel, "live": live}
    filters |= {"published_after": stamp(after), "published_before": stamp(before)}
    wanted = [
        number
        for number in range(6, 51)
        if (channel is None or number % CHANNELS == 1)
        and (live is None or number % len(LIVE_STATES) == LIVE_STATES.index(live))
    ]
    expected = [f"video{number:06d}" for number in (wanted if order == "newest" else reversed(wanted))]
    query = urlencode({name: value for name, value in filters.items() if value})
    assert full.ids(f"/videos?{query}") == expected


def test_one_video(full: World) -> None:
    found = full.get("/videos/video000001?query=cricket").get_json()
    assert found == full.get("/videos?page_size=1").get_json()["videos"][0]
    assert found["url"] == "https://www.youtube.com/watch?v=video000001"
    assert full.get("/videos/video%30%30%30001").get_json() == found


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/videos/video999999", 404),
        ("/videos/video000001?query=tennis", 404),
        ("/videos?query=tennis", 404),
        ("/videos.atom?query=tennis", 404),
        ("/videos/short", 400),
        ("/videos/" + quote('a"b<c>d{e}f'), 400),
        ("/videos/video00000é", 400),
        ("/videos/video000001/", 404),
        ("/videos/a/b", 404),
        ("/videos/", 404),
        ("/ping/", 404),
        ("/Videos", 404),
        ("/nowhere", 404),
        ("/videosXatom", 404),
        ("/openapi-json", 404),
        ("/ping%0A", 404),
        ("/videos/video000001%0A", 400),
        ("/docs/nothing.js", 404),
        ("/docs/../app.py", 404),
        ("/favicon.ico", 404),
    ],
)
def test_what_is_not_there(full: World, path: str, status: int) -> None:
    assert full.get(path).status_code == status


@pytest.mark.parametrize("path", [*(path for path in PATHS if path not in CHANGED), "/videos/%22", "/docs/x"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_other_methods_are_told_what_is_allowed(full: World, path: str, method: str) -> None:
    response = full.client().open(path, method=method, data=b"{}")
    assert response.status_code == 405
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert response.get_json()["status"] == 405


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE"])
def test_a_test_message_is_only_put(full: World, method: str) -> None:
    response = full.client().open("/targets/chat/test", method=method)
    assert (response.status_code, response.headers["Allow"]) == (405, "OPTIONS, PUT")


@pytest.mark.parametrize("path", PATHS)
def test_options_and_preflight(full: World, path: str) -> None:
    wanted = {"Origin": "https://site.example", "Access-Control-Request-Method": "GET"}
    response = full.client().options(path, headers=wanted)
    assert (response.status_code, response.data) == (204, b"")
    edited = ", PUT, DELETE" if path in CHANGED else ""
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS" + edited
    # Pages of other sites may only read.
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert response.headers["Access-Control-Allow-Origin"] == response.headers["Access-Control-Allow-Headers"] == "*"
    assert "Content-Type" not in response.headers or not response.data


@pytest.mark.parametrize("path", [*PATHS, "/nowhere", "/videos?page_size=0"])
def test_head_is_get_without_its_body(full: World, path: str) -> None:
    got, headed = full.get(path), full.client().head(path)
    assert headed.data == b""
    assert headed.status_code == got.status_code
    changing = {"apigw-requestid", "Content-Length"}
    assert {name: value for name, value in headed.headers.items() if name not in changing} == {
        name: value for name, value in got.headers.items() if name not in changing
    }


ACCEPTED = [
    "application/json",
    "text/html, application/*;q=0.5",
    "APPLICATION/JSON; charset=utf-8",
    "application/rss+xml",
    "application/json;q=0",
    "image/*",
    "*/*;q=0",
    "*",
    "",
    ", ,;q=",
    "no header at all",
    'a/b;q="',
]
"""What readers send, a widely used one RSS alone, and what is garbled."""


@pytest.mark.parametrize("accept", ACCEPTED)
@pytest.mark.parametrize("path", PATHS)
def test_a_feed_a_page_and_json_are_answered_whatever_accept_says(full: World, path: str, accept: str) -> None:
    plain, response = full.get(path), full.get(path, Accept=accept)
    assert response.status_code == 200
    assert response.content_type == plain.content_type
    assert response.data == plain.data


@pytest.mark.parametrize("accept", ACCEPTED)
def test_errors_are_answered_whatever_accept_says(full: World, accept: str) -> None:
    for path, status in (("/videos?x=1", 400), ("/nowhere", 404)):
        response = full.get(path, Accept=accept)
        assert (response.status_code, response.content_type) == (status, PROBLEM)
    assert full.client().post("/videos", headers={"Accept": accept}).status_code == 405


@pytest.mark.parametrize(
    ("accepted", "compressed"),
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("*", True),
        (", ,gzip ; q=0.1,,", True),
        ("", False),
        ("br", False),
        ("gzip;q=0, *", False),
        ("gzip;q=much", False),
        (';;=,"gzip', False),
    ],
)
def test_compression(full: World, accepted: str, *, compressed: bool) -> None:
    plain = full.get("/videos?page_size=50")
    response = full.get("/videos?page_size=50", **{"Accept-Encoding": accepted})
    assert (response.headers.get("Content-Encoding") == "gzip") is compressed
    assert (gzip.decompress(response.data) if compressed else response.data) == plain.data
    assert response.headers["ETag"] == plain.headers["ETag"]
    assert response.headers["Vary"] == "Accept-Encoding"


def test_what_is_small_stays_as_it_is(full: World) -> None:
    assert "Content-Encoding" not in full.get("/ping", **{"Accept-Encoding": "gzip"}).headers


@pytest.mark.parametrize("path", sorted(set(PATHS) - {"/status"}))
def test_what_has_not_changed_is_not_sent_again(full: World, path: str) -> None:
    tag = full.get(path).headers["ETag"]
    for header in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*", f',, "other",{tag} , ,'):
        response = full.get(path, **{"If-None-Match": header, "Accept-Encoding": "gzip"})
        assert (response.status_code, response.data) == (304, b"")
        assert response.headers["ETag"] == tag
        assert response.headers["Cache-Control"]
        assert response.headers["Vary"] == "Accept-Encoding"
    for header in ('"other"', ",", 'W/"', 'garbled, "', tag[:-2]):
        assert full.get(path, **{"If-None-Match": header}).status_code == 200


def test_a_new_video_changes_the_page(world: World) -> None:
    world.schedule()
    tag = world.get("/videos").headers["ETag"]
    world.add(clip(99, START + MINUTE))
    world.now += timedelta(hours=1)
    world.schedule()
    assert world.get("/videos", **{"If-None-Match": tag}).status_code == 200


@pytest.mark.usefixtures("full")
def test_headers_are_known_in_any_case() -> None:
    """`sam local` hands them over as they were sent; API Gateway in lower case."""
    headers = {"Accept-Encoding": "gzip", "X-Forwarded-Proto": "http"}
    event = {
        "rawPath": "/videos",
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {"http": {"method": "GET"}, "domainName": "127.0.0.1:3000", "stage": "$default"},
    }
    answer = api.handler(event, Context("api", 128, 10))  # type: ignore[arg-type]
    assert answer["headers"]["Content-Encoding"] == "gzip"
    assert answer["headers"]["Link"].startswith("<http://127.0.0.1:3000/videos?")
    event["headers"] = {"IF-NONE-MATCH": answer["headers"]["ETag"]}
    again = api.handler(event, Context("api", 128, 10))  # type: ignore[arg-type]
    assert again["statusCode"] == 304


@pytest.mark.usefixtures("full")
def test_links_lead_from_the_first_page_to_the_last_and_back() -> None:
    with served() as base, requests.Session() as session:
        first = f"{base}/videos?query=cricket&page_size=7&published_before=2026-11-23T17:20:00+05:30"
        answers = [session.get(first, timeout=10)]
        while "next" in answers[-1].links:
            answers.append(session.get(answers[-1].links["next"]["url"], timeout=10))
        pages = [[video["video_id"] for video in answer.json()["videos"]] for answer in answers]
        assert list(chain(*pages)) == [f"video{number:06d}" for number in range(11, 121)]
        assert [len(page) for page in pages] == [7] * 15 + [5]
        back = [answers[-1]]
        while "prev" in back[-1].links:
            back.append(session.get(back[-1].links["prev"]["url"], timeout=10))
        assert [answer.json()["videos"] for answer in reversed(back)] == [answer.json()["videos"] for answer in answers]


@pytest.mark.usefixtures("full")
def test_links_and_paths_below_a_stage() -> None:
    context = {"http": {"method": "GET"}, "domainName": "api.example", "stage": "prod"}
    event = {
        "rawPath": "/prod/videos",
        "rawQueryString": "page_size=1",
        "headers": {"x-forwarded-proto": "https"},
        "requestContext": context,
    }
    answer = api.handler(event, Context("api", 128, 10))  # type: ignore[arg-type]
    assert answer["statusCode"] == 200
    assert answer["headers"]["Link"].startswith("<https://api.example/prod/videos?page_size=1&cursor=")
    assert api.handler(event | {"rawPath": "/prod"}, Context("api", 128, 10))["statusCode"] == 200  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/videos", "/videos/video000001", "/videos.atom", "/queries", "/status"])
def test_a_table_that_does_not_answer(full: World, path: str) -> None:
    # What others have read would be answered for a while.
    api.ready.clear()
    with failing_table(full, EndpointConnectionError(endpoint_url="http://secret.internal")):
        response = full.get(path)
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0
    assert response.headers["Cache-Control"] == "no-store"
    assert "secret" not in response.text
    assert full.get(path).status_code == 200


def test_a_fault_of_our_own(full: World, caplog: pytest.LogCaptureFixture) -> None:
    with failing_table(full, RuntimeError("a secret detail")), caplog.at_level(logging.ERROR, "newsreel"):
        response = full.get("/videos")
    assert response.status_code == 500
    assert response.content_type == PROBLEM
    assert "secret" not in response.text
    assert "Traceback" not in response.text
    assert response.get_json()["instance"]


@pytest.mark.parametrize("path", ["/nowhere", "/videos?x=1", "/videos?query=x", "/videos/video999999", "/docs/x"])
def test_errors_have_one_shape(full: World, path: str) -> None:
    response = full.get(path)
    body = response.get_json()
    assert response.content_type == PROBLEM
    assert body["status"] == response.status_code
    assert body.keys() - {"errors"} == {"type", "title", "status", "detail", "instance"}
    assert response.headers["Cache-Control"] == "no-store"
    assert "ETag" not in response.headers


def test_documents_name_only_this_host(full: World) -> None:
    page = full.get("/docs")
    assert "//" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    names = {part.split('"')[0] for part in page.text.split('"docs/')[1:]}
    assert len(names) == 3
    for name in names:
        file = full.get(f"/docs/{name}", **{"Accept-Encoding": "gzip"})
        assert file.status_code == 200
        assert "immutable" in file.headers["Cache-Control"]
        assert len(file.data) < 1_000_000
    assert full.get("/openapi.json").get_json()["openapi"].startswith("3.1")


def test_queries_tell_how_polls_fare(full: World) -> None:
    query = full.state()
    assert (query["state"], query["gaps"], sum(query["arrivals"])) == ("ok", 0, COUNT)
    assert query["newest_video"]["video_id"] == "video000001"
    assert datetime.fromisoformat(query["next_poll_at"]) > START.astimezone(UTC)


def test_status_shows_the_last_polls_of_each_query(world: World) -> None:
    world.configure(QUERIES="cricket,chess")
    world.add(clip(1, START - MINUTE))
    world.run(MINUTE)
    world.apps.pop("upstream.test")
    world.run(timedelta(hours=6))
    cricket, chess = world.get("/status").get_json()["queries"]
    assert [poll["outcome"] for poll in cricket["last_polls"]] == ["failed"] * 5
    assert "no answer" in cricket["last_polls"][0]["problem"]
    times = [poll["at"] for poll in cricket["last_polls"]]
    assert times == sorted(times, reverse=True)
    assert cricket["last_poll_at"] == times[0]
    assert len(chess["last_polls"]) == 5
    # Elsewhere they would cost a request a query.
    assert "last_polls" not in world.state()


def test_a_poll_is_shown_with_what_it_took(world: World) -> None:
    world.add(*clips(START - number * MINUTE for number in range(1, 4)))
    world.run(MINUTE)
    (query,) = world.get("/status").get_json()["queries"]
    first = query["last_polls"][-1]
    assert first["at"] == "2026-11-23T12:00:00Z"
    assert (first["source"], first["outcome"], first["problem"]) == ("youtube", "ok", None)
    assert [first[name] for name in ("seen", "new", "calls", "units", "malformed")] == [3, 3, 1, 1, 0]


def problems(world: World) -> list[str]:
    """The codes of what /status says is wrong."""
    body = world.get("/status").get_json()
    assert body["healthy"] is not bool(body["problems"])
    assert all(problem["message"].endswith(".") and problem["action"].endswith(".") for problem in body["problems"])
    assert "key-" not in json.dumps(body)
    return [problem["code"] for problem in body["problems"]]


def test_status_when_all_is_well(full: World) -> None:
    assert problems(full) == []


def test_status_before_the_first_poll(world: World) -> None:
    assert problems(world) == ["not_started"]


def test_status_without_keys(world: World) -> None:
    world.set_keys()
    world.schedule()
    assert problems(world) == ["no_keys"]


def test_status_of_a_schedule_that_stands_still(world: World) -> None:
    world.schedule()
    world.now += timedelta(hours=2)
    assert problems(world) == ["late"]


def test_status_of_a_day_whose_calls_are_spent(world: World) -> None:
    world.configure(PACING="fixed", SEARCH_CALLS_PER_DAY="3")
    world.add(*clips(START - number * MINUTE for number in range(1, 4)))
    world.run(3 * MINUTE)
    assert problems(world) == ["budget_spent"]
    assert world.state()["state"] == "waiting"


def test_what_few_ask_for_is_loaded_on_first_use() -> None:
    script = "import sys, functions.api.app; print(*sys.modules)"
    paths = {"PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'newsreel'}"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=os.environ | paths, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "newsreel.library.listing" in loaded
    seldom = {
        f"newsreel.web.{name}"
        for name in ("feed", "docs", "dashboard", "guard", "passwords", "privacy", "openapi", "schemas")
    }
    assert not loaded & {"pydantic", *seldom}

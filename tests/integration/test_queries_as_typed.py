"""Queries of any script, with joiners and odd spaces: polled, kept, listed, searched, followed and linked."""

import json
import logging
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

import functions.fetcher.app as fetcher
from tests.world import MINUTE, START, World, clip

PERSIAN, JAPANESE, FAMILY = "برنامه\u200cنویسی", "ゲーム 実況", "👨\u200d👩\u200d👧\u200d👦"
TYPED = f"{PERSIAN},\u3000ゲーム\u3000実況,\ufeff{FAMILY},live\u00a0cric\u00adket"
KEPT = [PERSIAN, JAPANESE, FAMILY, "live cricket"]
WRITE_LOG = fetcher.log


@pytest.fixture
def watching(world: World) -> World:
    """A world that has polled such queries; each has found seven videos."""
    world.configure(QUERIES=TYPED, INVIDIOUS_URLS="")
    for place, query in enumerate(KEPT):
        for number in range(7):
            world.add(clip(10 * place + number, START - number * MINUTE, query=query))
    world.run(3 * MINUTE)
    return world


def test_each_is_asked_for_and_shown_as_it_is_kept(watching: World) -> None:
    assert {call.parameters["q"] for call in watching.upstream.calls if call.bucket == "search"} == set(KEPT)
    assert [each["query"] for each in watching.get("/queries").get_json()["queries"]] == KEPT
    assert {each["state"] for each in watching.get("/queries").get_json()["queries"]} == {"ok"}


@pytest.mark.parametrize("query", KEPT, ids=ascii)
def test_each_is_paged_filtered_and_searched(watching: World, query: str) -> None:
    asked = f"/videos?query={quote(query)}"
    ids = [f"video{10 * KEPT.index(query) + number:06d}" for number in range(7)]
    assert watching.ids(f"{asked}&page_size=2") == ids
    assert watching.ids(f"{asked}&page_size=3&search=video") == ids
    assert watching.ids(f"{asked}&page_size=3&channel_id=UC0123456789abcdefghijkl") == ids
    found = watching.get(f"/videos/{ids[0]}?query={quote(query)}").get_json()
    assert found["query"] == query


@pytest.mark.parametrize("query", KEPT, ids=ascii)
def test_each_can_be_followed_as_a_feed(watching: World, query: str) -> None:
    feed = ET.fromstring(watching.get(f"/videos.atom?page_size=2&query={quote(query)}").data)  # noqa: S314 - our own
    atom = "{http://www.w3.org/2005/Atom}"
    assert feed.findtext(f"{atom}title") == f"newsreel: {query}"
    links = {link.get("rel"): str(link.get("href")) for link in feed.findall(f"{atom}link")}
    assert links["next"].isascii()
    assert len(ET.fromstring(watching.get(links["next"]).data).findall(f"{atom}entry")) == 2  # noqa: S314 - our own


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("ゲーム\u3000実況", JAPANESE),
        (" ゲーム \u3000実況\u200b", JAPANESE),
        (f"\ufeff{PERSIAN}", PERSIAN),
        ("live\u00a0\u00a0cricket ", "live cricket"),
    ],
    ids=ascii,
)
@pytest.mark.parametrize("path", ["/videos", "/videos.atom"])
def test_a_link_finds_the_query_however_its_spaces_are_typed(
    watching: World, path: str, typed: str, query: str
) -> None:
    assert watching.get(f"{path}?query={quote(typed)}").status_code == 200
    page = watching.get(f"/videos?query={quote(typed)}&page_size=2")
    assert {video["query"] for video in page.get_json()["videos"]} == {query}
    cursor = page.get_json()["next_cursor"]
    assert watching.get(f"/videos?query={quote(query)}&cursor={cursor}").status_code == 200


def test_one_feed_has_one_id_however_its_query_is_typed(watching: World) -> None:
    ids = {
        ET.fromstring(watching.get(f"/videos.atom?query={quote(typed)}").data).findtext(  # noqa: S314 - our own
            "{http://www.w3.org/2005/Atom}id"
        )
        for typed in (JAPANESE, "ゲーム\u3000実況", "\u00a0ゲーム  実況")
    }
    assert len(ids) == 1


@pytest.mark.parametrize(
    "typed", ["two\nlines", "tea\x00time", "\u3000", "\u200c", "برنامهنویسی", "Live cricket"], ids=ascii
)
def test_what_is_not_watched_is_a_404_that_names_it(watching: World, typed: str) -> None:
    response = watching.get(f"/videos?query={quote(typed)}")
    assert response.status_code == 404
    assert repr(typed) in response.get_json()["detail"]


def test_a_poll_of_each_is_one_line_of_the_log(
    watching: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fetcher, "log", WRITE_LOG)
    monkeypatch.setattr(logging.getLogger(fetcher.logger.name), "propagate", True)
    with caplog.at_level(logging.INFO):
        watching.run(60 * MINUTE)
    lines = [fetcher.logger.registered_formatter.format(record) for record in caplog.records]
    assert all(len(line.splitlines()) == 1 for line in lines)
    written = [json.loads(line) for line in lines]
    assert {line["poll"]["query"] for line in written if "poll" in line} == set(KEPT)

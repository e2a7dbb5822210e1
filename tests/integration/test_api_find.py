"""Filters, orders, all queries together, and blocks, over HTTP."""

import re
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from tests.world import MINUTE, START, World, clip

HOUR = timedelta(hours=1)


@pytest.fixture
def full(world: World) -> World:
    """Two queries that found the same videos, and one of a single query."""
    cricket: dict[str, Any] = {"query": "cricket"}
    long: dict[str, Any] = {"duration_seconds": 5000, "views": 10}
    short: dict[str, Any] = {"duration_seconds": 40, "views": 900, "vertical": True}
    world.add(
        clip(1, START - 3 * MINUTE, title="A long match", channel_id="UCone", **long, **cricket),
        clip(2, START - 2 * MINUTE, title="A short dance", **short, **cricket),
        clip(3, START - MINUTE, title="A match", channel_id="UCtwo", duration_seconds=600, views=5000, **cricket),
        clip(4, START - 4 * MINUTE, title="Endgames", duration_seconds=700, views=70, query="chess"),
    )
    world.configure(QUERIES="cricket,chess")
    world.run(2 * MINUTE)
    return world


def numbers(world: World, path: str) -> list[int]:
    """The videos' numbers of a whole listing."""
    return [int(video_id[5:]) for video_id in world.ids(path)]


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ("order=longest", [1, 3, 2]),
        ("order=shortest", [2, 3, 1]),
        ("order=views", [3, 2, 1]),
        ("shorts=none", [3, 1]),
        ("shorts=only", [2]),
        ("min_duration=600", [3, 1]),
        ("max_duration=600&min_duration=600", [3]),
        ("exclude=match", [2]),
        ("exclude=dance+long", [3]),
        ("search=match&order=longest", [1, 3]),
        ("query=*", [3, 2, 1, 4]),
        ("query=*&order=views&shorts=none", [3, 4, 1]),
        ("query=*&order=longest&exclude=end&page_size=1", [1, 3, 2]),
    ],
)
def test_filters_and_orders(full: World, parameters: str, expected: list[int]) -> None:
    assert numbers(full, f"/videos?{parameters}") == expected


def test_the_counts_of_a_ranking_have_a_moment(full: World) -> None:
    as_of = full.get("/videos?order=views").get_json()["as_of"]
    assert full.time() - MINUTE < datetime.fromisoformat(as_of) < full.time()
    assert full.get("/videos").get_json()["as_of"] is None


def test_a_video_of_several_queries_names_them_all(world: World) -> None:
    world.add(clip(1, START - MINUTE))
    world.configure(QUERIES="chess,cricket")
    world.run(2 * MINUTE)
    (video,) = world.get("/videos?query=*").get_json()["videos"]
    assert (video["query"], video["queries"]) == ("chess", ["chess", "cricket"])
    assert world.get("/videos/video000001").get_json()["queries"] == ["chess", "cricket"]
    assert world.get("/videos?query=cricket").get_json()["videos"][0]["queries"] == ["cricket"]


def test_what_is_blocked_is_hidden_everywhere_until_the_block_is_lifted(full: World) -> None:
    assert full.put("cricket", match="*", blocked_channels=["UCone"], blocked_words=["dance short"]).status_code == 200
    full.restart()
    assert numbers(full, "/videos") == [3]
    assert numbers(full, "/videos?order=longest") == [3]
    assert numbers(full, "/videos?order=views") == [3]
    assert numbers(full, "/videos?search=a+ma&order=oldest") == [3]
    assert numbers(full, "/videos?query=*") == [3, 4]
    assert full.get("/videos/video000001").status_code == 404
    assert full.get("/videos/video000002?query=cricket").status_code == 404
    assert "Endgames" not in full.get("/videos.atom").text
    assert full.get("/videos.atom").text.count("<entry>") == 1
    full.run(HOUR)
    assert full.put("cricket", match="*").status_code == 200
    full.restart()
    assert numbers(full, "/videos") == [3, 2, 1]


@pytest.mark.parametrize(
    ("parameters", "fault"),
    [
        ("min_duration=10&max_duration=9", "max_duration"),
        ("min_duration=-1", "min_duration"),
        ("max_duration=604801", "max_duration"),
        ("shorts=some", "shorts"),
        ("exclude=a", "exclude"),
        ("order=likes", "order"),
    ],
)
def test_what_is_wrong_is_named(full: World, parameters: str, fault: str) -> None:
    answer = full.get(f"/videos?{parameters}")
    assert answer.status_code == 400
    assert [error["parameter"] for error in answer.get_json()["errors"]] == [fault]


def test_a_cursor_of_a_ranking_is_of_no_other_use(full: World) -> None:
    cursor = full.get("/videos?order=views&page_size=1").get_json()["next_cursor"]
    assert full.get(f"/videos?order=views&page_size=1&cursor={cursor}").status_code == 200
    for other in ("order=newest", "order=longest", "order=views&query=*", "order=views&shorts=none"):
        assert full.get(f"/videos?{other}&cursor={cursor}").status_code == 400
    full.now += HOUR
    answer = full.get(f"/videos?order=views&page_size=1&cursor={cursor}")
    assert answer.status_code == 400
    assert "begin again" in answer.get_json()["errors"][0]["detail"]


def test_no_query_may_stand_for_all(world: World) -> None:
    assert world.put("*").status_code == 400
    assert world.get("/videos?query=*").get_json()["videos"] == []


def test_arrivals_count_by_the_time_of_publication(world: World) -> None:
    world.add(*(clip(number, START - number * HOUR) for number in range(1, 7)))
    world.run(MINUTE)
    hours = world.state()["arrivals"]
    assert sum(hours) == 6
    assert max(hours) == 1


def test_a_json_feed_keeps_the_rules_of_its_kind(full: World) -> None:
    """Those of https://www.jsonfeed.org/version/1.1/ are kept."""
    answer = full.get("/videos.feed.json?query=*&page_size=2")
    assert answer.headers["Content-Type"] == "application/feed+json"
    feed = answer.get_json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"] == "newsreel: all queries"
    assert re.fullmatch(r"https?://\S+", feed["home_page_url"])
    assert feed["feed_url"].endswith("/videos.feed.json?query=%2A&page_size=2")
    found = []
    while True:
        for item in feed["items"]:
            assert isinstance(item["id"], str)
            assert item["content_text"]
            assert item["url"].startswith("https://www.youtube.com/")
            for name in ("date_published", "date_modified"):
                assert datetime.fromisoformat(item[name]).tzinfo
            assert all(author.get("name") or author.get("url") for author in item["authors"])
            assert all(isinstance(tag, str) for tag in item["tags"])
        assert None not in feed.values()
        found += [item["id"] for item in feed["items"]]
        if "next_url" not in feed:
            break
        assert feed["next_url"] != feed["feed_url"]
        feed = full.get("/" + feed["next_url"].split("/", 3)[3]).get_json()
    assert found == ["yt:video:video000003", "yt:video:video000002", "yt:video:video000001", "yt:video:video000004"]


def test_a_list_of_feeds_keeps_the_rules_of_its_kind(full: World) -> None:
    """Those of subscription lists in http://opml.org/spec2.opml are kept."""
    answer = full.get("/opml")
    assert answer.headers["Content-Type"].startswith("text/x-opml")
    root = ET.fromstring(answer.text)  # noqa: S314 - it is our own
    assert (root.tag, root.attrib) == ("opml", {"version": "2.0"})
    assert [child.tag for child in root] == ["head", "body"]
    outlines = root.findall("body/outline")
    assert [each.attrib["text"] for each in outlines] == [
        "newsreel: cricket",
        "newsreel: chess",
        "newsreel: All queries",
    ]
    for each in outlines:
        assert each.attrib["type"] == "rss"
        assert full.get("/" + each.attrib["xmlUrl"].split("/", 3)[3]).status_code == 200

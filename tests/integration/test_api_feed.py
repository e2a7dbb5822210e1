"""The Atom feed, as feed readers read it."""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import feedparser  # type: ignore[import-untyped]
import pytest

from local.catalogue import Clip
from tests.world import MINUTE, START, World, clip

ATOM = "{http://www.w3.org/2005/Atom}"
MEDIA = "{http://search.yahoo.com/mrss/}"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def read(world: World, path: str) -> Any:
    """A feed, which must have no fault."""
    response = world.get(path)
    assert response.status_code == 200
    assert response.content_type == "application/atom+xml; charset=utf-8"
    check(response.data)
    feed = feedparser.parse(response.data)
    assert not feed.bozo, feed.get("bozo_exception")
    assert feed.version == "atom10"
    return feed


def check(data: bytes) -> None:
    """What RFC 4287, sections 4.1.1 and 4.1.2, asks of feeds and entries."""
    feed = ET.fromstring(data)  # noqa: S314 - our own
    assert feed.tag == f"{ATOM}feed"
    for element in (feed, *feed.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (only,) = element.findall(f"{ATOM}{name}")
            assert only.text
        updated = element.findtext(f"{ATOM}updated")
        assert updated is not None
        assert RFC_3339.fullmatch(updated)
        assert element.findtext(f"{ATOM}author/{ATOM}name")
        links = [(link.get("rel"), link.get("type")) for link in element.findall(f"{ATOM}link")]
        assert len(links) == len(set(links))
        assert ("alternate", "text/html") in links
    ids = [element.text for element in feed.findall(f"{ATOM}entry/{ATOM}id")]
    assert len(ids) == len(set(ids))


def test_it_says_whose_the_videos_are(world: World) -> None:
    rights = read(world, "/videos.atom").feed.rights
    for address in ("https://www.youtube.com/t/terms", "https://policies.google.com/privacy", "/privacy"):
        assert address in rights


def link(feed: Any, relation: str) -> str | None:
    return next((str(link.href) for link in feed.feed.links if link.rel == relation), None)


def walk(world: World, path: str) -> Iterator[Any]:
    """A feed's pages, from link to link."""
    url: str | None = path
    while url:
        feed = read(world, url)
        yield feed
        url = link(feed, "next")


def test_an_entry_tells_all_of_a_video(full: World) -> None:
    entry = read(full, "/videos.atom").entries[0]
    video = full.get("/videos/video000001").get_json()
    assert entry.id == "yt:video:video000001"
    assert entry.title == video["title"]
    assert entry.link == video["url"]
    assert entry.published == video["published_at"]
    assert entry.updated == video["fetched_at"]
    assert entry.summary == video["description"]
    assert entry.author_detail == {
        "name": "Channel 1",
        "href": f"https://www.youtube.com/channel/{video['channel_id']}",
    }
    largest, *others = entry.media_thumbnail
    assert largest == {"url": video["thumbnails"]["high"]["url"], "width": "480", "height": "360"}
    assert len(others) == 2


def test_a_reader_follows_it_to_its_end(full: World) -> None:
    pages = list(walk(full, "/videos.atom"))
    assert [len(page.entries) for page in pages] == [50, 50, 20]
    ids = [entry.id for page in pages for entry in page.entries]
    assert ids == [f"yt:video:video{number:06d}" for number in range(1, 121)]
    assert {page.feed.id for page in pages} == {pages[0].feed.id}
    assert {link(page, "first") for page in pages} == {link(pages[0], "self")}
    assert link(pages[0], "previous") is None
    back = read(full, str(link(pages[2], "previous")))
    assert [entry.id for entry in back.entries] == ids[50:100]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("live=live&page_size=50", 40),
        ("live=none&channel_id=UC1&page_size=50", 0),
        ("order=oldest&page_size=7", 120),
        ("published_after=2026-11-23T11:00:00Z&page_size=50", 60),
        ("channel_id=UCnobody&page_size=50", 0),
        ("search=video&page_size=50", 120),
    ],
)
def test_any_filter(full: World, query: str, count: int) -> None:
    entries = [entry.id for page in walk(full, f"/videos.atom?{query}") for entry in page.entries]
    assert entries == [f"yt:video:{video_id}" for video_id in full.ids(f"/videos?{query}")]
    assert len(entries) == count


def test_one_listing_has_one_id_however_it_is_asked_for(full: World) -> None:
    same = {
        read(full, f"/videos.atom?{query}").feed.id
        for query in ("", "query=cricket", "order=newest&query=cricket", "page_size=3", "page_size=3&order=newest")
    }
    assert len(same) == 1
    others = {read(full, f"/videos.atom?{query}").feed.id for query in ("order=oldest", "live=live", "channel_id=UCx")}
    assert len(others | same) == 4


def test_a_feed_that_is_known_is_not_sent_again(world: World) -> None:
    world.add(clip(1, START - MINUTE))
    world.schedule()
    tag = world.get("/videos.atom").headers["ETag"]
    world.now += 5 * MINUTE
    response = world.get("/videos.atom", **{"If-None-Match": tag})
    assert (response.status_code, response.data) == (304, b"")
    world.add(clip(2, world.now))
    world.now += 30 * MINUTE
    world.schedule()
    assert world.get("/videos.atom", **{"If-None-Match": tag}).status_code == 200


def test_a_feed_without_entries(world: World) -> None:
    assert read(world, "/videos.atom").entries == []


def test_anything_may_stand_in_a_video(world: World) -> None:
    odd = '<b>&amp; "it\'s" ]]> \x01\x08\x0b\x1f\x7f\ufffe\uffff 🏏 é \u202e'
    world.configure(UNITS_PER_DAY="1")
    world.add(Clip("abcdefghijk", START - MINUTE, START, title=odd, description=odd, channel_title=odd))
    world.add(Clip("-_-_-_-_-_-", START - MINUTE, START, title="", channel_title=""))
    world.schedule()
    titles = {entry.id: entry.title for entry in read(world, "/videos.atom").entries}
    assert titles.keys() == {"yt:video:abcdefghijk", "yt:video:-_-_-_-_-_-"}
    feed = ET.fromstring(world.get("/videos.atom").data)  # noqa: S314 - our own
    shown = re.sub("[\x01\x08\x0b\x1f\ufffe\uffff]", "\ufffd", odd)
    assert shown in {title.text for title in feed.iter(f"{ATOM}title")}

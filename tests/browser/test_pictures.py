"""The videos' pictures: where they may come from, and the tile that stands for one that does not come."""

import re
from datetime import timedelta
from typing import Any, Literal

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import HEIGHTS, THUMBNAIL, Open, Visit, settle
from tests.browser.pictures import picture
from tests.browser.pretend_api import PretendApi, video
from tests.world import START

OF_YOUTUBE = "dQw4w9WgXcQ"
"""An id that YouTube could give: its last character is one of the sixteen that can end 64 bits."""
AT_YOUTUBE = f"https://i.ytimg.com/vi/{OF_YOUTUBE}/hqdefault.jpg"
TILE_SHOWN = "thumb => getComputedStyle(thumb, '::before').visibility === 'visible'"


def show(pretend: PretendApi, url: str, seen: Visit, *changes: dict[str, Any]) -> None:
    """Open the page on a video for each of `changes`."""
    pretend.videos[:] = [
        video(number, START - timedelta(minutes=number), **each) for number, each in enumerate(changes, start=1)
    ]
    seen.page.goto(url)
    expect(seen.page.get_by_role("article")).to_have_count(len(changes))


def without_picture(number: int, **changes: Any) -> dict[str, Any]:
    """Changes that leave a video no picture: YouTube could not give such an id."""
    return {"video_id": f"{number:03d}-made-up", "thumbnails": {}, **changes}


def thumbnail(url: str) -> dict[str, dict[str, Any]]:
    return {"medium": {"url": url, "width": 320, "height": 180}}


def pictures(seen: Visit) -> list[str]:
    """The pictures that were asked for, each time that they were."""
    return [url for url in seen.requests if re.search(r"\.(svg|jpg|gif)$", url)]


def tiles(seen: Visit) -> list[str]:
    """What stands for each of the pictures, none of which come."""
    missing = seen.page.locator(".thumb.missing")
    expect(missing).to_have_count(seen.page.get_by_role("article").count())
    shown = missing.evaluate_all("tiles => tiles.map((tile) => getComputedStyle(tile, '::before').content)")
    return [content.split('"')[1] for content in shown]


def test_a_picture_of_the_pages_own_origin_is_shown(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    seen = visit("about:blank", now=START)

    def draw(route: Route) -> None:
        route.fulfill(body=picture("one"), content_type="image/svg+xml")

    seen.context.route(re.compile("/sample/pictures/"), draw)
    own = f"{pretend_url}/sample/pictures/one.svg"
    show(pretend, pretend_url, seen, {"video_id": OF_YOUTUBE, "thumbnails": thumbnail(own)})
    expect(seen.page.locator("article .thumb")).to_have_class(re.compile("loaded"))
    assert pictures(seen) == [own]


def test_a_missing_picture_of_the_pages_own_origin_is_not_looked_for_elsewhere(
    pretend: PretendApi, pretend_url: str, visit: Open
) -> None:
    seen = visit("about:blank", now=START)
    own = f"{pretend_url}/sample/pictures/one.svg"
    show(pretend, pretend_url, seen, {"video_id": OF_YOUTUBE, "thumbnails": thumbnail(own)})
    assert tiles(seen) == ["C"]
    assert pictures(seen) == [own]


def test_pictures_of_other_hosts_are_not_asked_for(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    seen = visit("about:blank", now=START)
    refused = ("https://tracker.example/1.gif", f"{pretend_url}.tracker.example/2.gif", "/relative.jpg", "javascript:3")
    thumbnails = {str(number): thumbnail(url)["medium"] for number, url in enumerate(refused)}
    show(pretend, pretend_url, seen, {"video_id": OF_YOUTUBE, "thumbnails": thumbnails})
    expect(seen.page.locator("article .thumb")).to_have_class(re.compile("loaded"))
    assert pictures(seen) == [AT_YOUTUBE]


def test_no_host_is_asked_for_a_picture_that_cannot_be(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    seen = visit("about:blank", now=START)
    show(pretend, pretend_url, seen, without_picture(1))
    assert tiles(seen) == ["C"]
    assert not pictures(seen)


def test_a_picture_that_fails_twice_is_given_up(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    seen = visit("about:blank", now=START)
    seen.context.route(re.compile("ytimg"), lambda route: route.fulfill(status=404))
    first = f"https://i.ytimg.com/vi/{OF_YOUTUBE}/mqdefault.jpg"
    show(pretend, pretend_url, seen, {"video_id": OF_YOUTUBE, "thumbnails": thumbnail(first)})
    assert tiles(seen) == ["C"]
    # As much as happens in a round of the page's own requests: a picture that is asked for again would be among them.
    seen.page.evaluate("fetch('status').then((response) => response.json())")
    assert pictures(seen) == [first, AT_YOUTUBE]


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_only_a_picture_that_is_late_is_preceded_by_its_tile(
    pretend: PretendApi, pretend_url: str, visit: Open, motion: Literal["reduce", "no-preference"]
) -> None:
    asked: list[Route] = []
    seen = visit("about:blank", now=START, reduced_motion=motion)
    page, thumbs = seen.page, seen.page.locator("article .thumb")

    def tiles_shown() -> list[bool]:
        shown: list[bool] = thumbs.evaluate_all(f"thumbs => thumbs.map({TILE_SHOWN})")
        return shown

    page.clock.pause_at(START + timedelta(minutes=1))
    page.route(re.compile("/late/"), lambda route: asked.append(route))  # noqa: PLW0108 - Playwright marks what it calls
    late = thumbnail("https://i.ytimg.com/late/hqdefault.jpg")
    show(pretend, pretend_url, seen, {"thumbnails": late}, {}, without_picture(3))
    expect(thumbs.nth(1)).to_have_class(re.compile("loaded"))
    page.clock.run_for(119)
    assert tiles_shown() == [False, False, True]
    page.clock.run_for(1)
    assert tiles_shown() == [True, False, True]
    asked[0].fulfill(body=THUMBNAIL, content_type="image/png")
    expect(thumbs.first).to_have_class(re.compile("loaded"))
    page.wait_for_function(f"thumb => !({TILE_SHOWN})(thumb)", arg=thumbs.first.element_handle())


def test_a_tiles_initial_grows_with_its_thumbnail(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    seen = visit("about:blank", now=START)
    page = seen.page
    show(pretend, pretend_url, seen, without_picture(1))
    measure = "thumb => [thumb.clientWidth, Number.parseFloat(getComputedStyle(thumb, '::before').fontSize)]"
    for view in ("Cards", "Table"):
        page.get_by_role("button", name=view).click()
        for screen in (1440, 768, 320):
            page.set_viewport_size({"width": screen, "height": HEIGHTS[screen]})
            settle(page)
            width, size = page.locator(".thumb.missing").evaluate(measure)
            assert size == pytest.approx(max(16, min(0.26 * width, 84)), abs=0.2)


def test_a_tile_shows_how_its_channels_name_begins(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    seen = visit("about:blank", now=START)
    initials = {
        "daily reel": "D",
        "<Coder's Corner>": "C",
        "ålesund i dag": "Å",
        "жизнь": "Ж",
        "ωδή": "Ω",
        "スポーツ日和": "ス",
        "雪の旅人": "雪",
        "오늘의 영상": "오",
        "खेल जगत": "खे",
        "நொடிச் செய்தி": "நொ",
        "قناة اليوم": "ق",
        "עברית": "ע",
        "ไทยรัฐ": "ท",
        "მაუწყებელი": "მ",
        "\U0001d578\U0001d59e channel": "M",
        "🏏 Weekend Warriors": "W",
        "🏏🔥": "🏏",
        "👨\u200d👩\u200d👧\u200d👦 ": "👨\u200d👩\u200d👧\u200d👦",
        "🇮🇳": "🇮🇳",
        "***": "*",
    }
    show(pretend, pretend_url, seen, *(without_picture(at, channel_title=name) for at, name in enumerate(initials)))
    assert tiles(seen) == list(initials.values())


def test_the_tile_of_a_nameless_channel_shows_how_the_title_begins(
    pretend: PretendApi, pretend_url: str, visit: Open
) -> None:
    seen = visit("about:blank", now=START)
    blanks = ("", "  ", "\u200b", "\u3164", "\u2800")
    names = [(title, channel) for title in ("first light", "") for channel in blanks]
    videos = [without_picture(at, title=title, channel_title=channel) for at, (title, channel) in enumerate(names)]
    show(pretend, pretend_url, seen, *videos)
    assert tiles(seen) == ["F"] * len(blanks) + ["▸"] * len(blanks)

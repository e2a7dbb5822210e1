"""Filters in their sheet and as chips, the server's orders, and what is said of them."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import HEIGHTS, Open
from tests.browser.pretend_api import PretendApi, videos
from tests.browser.test_accessibility import check_by_axe

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WIDTHS = (1440, 768, 390)


@pytest.fixture
def pretend() -> PretendApi:
    """120 videos of before noon, some of them Shorts, broadcasts and announced."""
    api = PretendApi(videos(120, until=NOW))
    for number, each in enumerate(api.videos):
        if number % 5 == 0:
            each.update(vertical=True, duration_seconds=40 + number)
        if number % 10 == 3:
            each.update(live="live")
    return api


def sheet(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Filters")


def open_sheet(page: Page) -> Locator:
    page.get_by_role("button", name=re.compile("^Filters")).click()
    expect(sheet(page)).to_be_visible()
    return sheet(page)


def show_videos(page: Page) -> None:
    sheet(page).get_by_role("button", name="Show videos").click()
    expect(sheet(page)).not_to_be_visible()


def chips(page: Page) -> Locator:
    """The filters that are on, in words."""
    return page.locator("#filter-chips bdi")


def total(page: Page, count: int) -> None:
    expect(page.locator("#more-text")).to_have_text(f"That is all: {count} videos")


def no_violation(page: Page) -> None:
    """Axe finds nothing to object to, in light and dark, and nothing is wider than the screen."""
    check_by_axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_sheet_filters_by_all_that_it_says_and_the_address_keeps_it(pretend_url: str, visit: Open) -> None:
    page = visit(f"{pretend_url}/?page_size=50", now=NOW).page
    form = open_sheet(page)
    form.get_by_label("No broadcasts").check()
    form.get_by_label("4 to 20 min").check()
    expect(form.get_by_label("From, in minutes")).to_have_value("4")
    form.get_by_label("No Shorts").check()
    form.get_by_label("Leave out videos").fill("11")
    show_videos(page)
    query = "live=none&min_duration=240&max_duration=1200&shorts=none&exclude=11"
    expect(page).to_have_url(f"{pretend_url}/?{query}&page_size=50")
    expect(chips(page)).to_have_text(["No broadcasts", "4 to 20 min", "No Shorts", "Without “\u206811\u2069”"])
    expect(page.locator("[data-watch]").filter(has_text="11")).to_have_count(0)
    page.reload()
    expect(chips(page)).to_have_count(4)
    page.get_by_role("button", name="4 to 20 min, take this filter away").click()
    expect(page).to_have_url(f"{pretend_url}/?live=none&shorts=none&exclude=11&page_size=50")
    expect(page.get_by_role("button", name="No broadcasts, take this filter away")).to_be_focused()
    page.go_back()
    expect(chips(page)).to_have_count(4)
    form = open_sheet(page)
    for label in ("No broadcasts", "4 to 20 min", "No Shorts"):
        expect(form.get_by_label(label)).to_be_checked()
    expect(form.get_by_label("Leave out videos")).to_have_value("11")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear all").click()
    expect(page).to_have_url(f"{pretend_url}/?page_size=50")
    expect(page.get_by_role("group", name="Filters that are on")).not_to_be_visible()
    expect(page.get_by_role("button", name="Filters", exact=True)).to_be_focused()


def test_minutes_are_free_to_choose_and_what_is_wrong_is_said(pretend_url: str, visit: Open) -> None:
    seen = visit(pretend_url, now=NOW, width=390)
    page = seen.page
    form = open_sheet(page)
    least, most = form.get_by_label("From, in minutes"), form.get_by_label("To, in minutes")
    before = len(seen.requests)
    for low, high, words in (
        ("many", "", "Minutes are numbers from 0 to 10,080"),
        ("", "10081", "Minutes are numbers from 0 to 10,080"),
        ("7", "5", "The first number is larger than the second"),
    ):
        least.fill(low)
        most.fill(high)
        page.keyboard.press("Enter")
        expect(least).to_be_focused()
        expect(least).to_have_accessible_description(re.compile(words))
        expect(least).to_have_attribute("aria-invalid", "true")
    least.fill("1,5")
    most.fill("4")
    form.get_by_label("Leave out videos").fill("a b")
    page.keyboard.press("Enter")
    expect(form.get_by_label("Leave out videos")).to_have_accessible_description("A word has at least two letters.")
    assert not [url for url in seen.requests[before:] if "/videos" in url]
    form.get_by_label("Leave out videos").fill("")
    expect(form.get_by_role("radio", name="Any")).not_to_be_checked()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{pretend_url}/?min_duration=90&max_duration=240")
    expect(chips(page)).to_have_text(["1.5 to 4 min"])
    form = open_sheet(page)
    expect(least).to_have_value("1.5")
    form.get_by_label("Up to 4 min").check()
    show_videos(page)
    expect(page).to_have_url(f"{pretend_url}/?max_duration=240")
    open_sheet(page).get_by_role("button", name="Clear all").click()
    expect(page).to_have_url(f"{pretend_url}/")


def test_shorts_alone_and_live_ones_alone(pretend_url: str, visit: Open) -> None:
    page = visit(f"{pretend_url}/?page_size=50", now=NOW).page
    open_sheet(page).get_by_label("Only Shorts").check()
    show_videos(page)
    total(page, 24)
    open_sheet(page).get_by_label("Live now").check()
    sheet(page).get_by_role("radio", name="All").nth(1).check()
    show_videos(page)
    expect(page).to_have_url(f"{pretend_url}/?live=live&page_size=50")
    total(page, 12)


def test_the_servers_orders(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.videos[4]["duration_seconds"] = None
    pretend.videos[9].update(view_count=9_999_999, duration_seconds=90_000)
    pretend.videos[10].update(view_count=0, duration_seconds=1)
    page = visit(pretend_url, now=NOW).page
    note = page.locator("#order-note")
    known = "Only videos whose duration is known."
    for choice, order, first, words in (
        ("Oldest first", "oldest", 1, ""),
        ("Longest first", "longest", 111, known),
        ("Shortest first", "shortest", 110, known),
        (
            "Most views first",
            "views",
            111,
            "The most viewed videos of the last 7 days, at most 500, by their view counts of 11:59.",
        ),
    ):
        page.get_by_label("Order").select_option(label=choice)
        expect(page).to_have_url(f"{pretend_url}/?order={order}")
        expect(page.locator("[data-watch]").first).to_have_text(f"Video number {first}")
        expect(note).to_have_text(words)
    page.get_by_role("button", name="Any time").click()
    page.get_by_role("button", name="Last 24 hours").click()
    expect(note).to_contain_text("of the last 24 hours")
    page.get_by_role("button", name="Last 24 hours").click()
    page.get_by_label("From", exact=True).fill("2026-11-22")
    expect(note).to_contain_text("published since 22 Nov, at most 500")
    page.get_by_label("Order").select_option(label="Newest first")
    expect(note).not_to_be_visible()


def test_the_tables_heads_say_what_they_sort(pretend_url: str, visit: Open) -> None:
    page = visit(f"{pretend_url}/?view=table&page_size=12", now=NOW).page
    for name in ("Title", "Channel", "Published", "Found", "Length"):
        head = page.get_by_role("columnheader", name=name).get_by_role("button")
        expect(head).to_have_accessible_description(re.compile("Sorts only the videos loaded here$"))
        expect(head).to_have_attribute("title", re.compile("Sorts only the videos loaded here$"))
    page.get_by_role("columnheader", name="Length").get_by_role("button").click()
    expect(page.locator("#order-note")).to_have_text("The table's own order is of the 12 loaded videos only.")
    page.get_by_role("button", name="Load more").click()
    expect(page.locator("#order-note")).to_have_text("The table's own order is of the 24 loaded videos only.")


def test_the_sheet_closes_the_player_first(pretend_url: str, visit: Open) -> None:
    page = visit(pretend_url, now=NOW).page
    page.locator("[data-watch]").nth(1).click()
    expect(page.get_by_role("region", name="Player")).to_be_visible()
    open_sheet(page)
    expect(page.get_by_role("region", name="Player")).to_have_count(0)
    expect(sheet(page)).to_be_visible()


def test_axe_finds_no_violation_and_nothing_is_too_wide(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.videos = pretend.videos[:12]
    query = "live=none&min_duration=240&shorts=none&exclude=unbroken" + "x" * 80 + "&order=views"
    page = visit(f"{pretend_url}/?{query}", now=NOW, reduced_motion="reduce").page
    expect(page.locator("[data-watch]").first).to_be_visible()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        no_violation(page)
        form = open_sheet(page)
        form.get_by_label("From, in minutes").fill("many")
        page.keyboard.press("Enter")
        expect(form.locator("#span-fault")).to_be_visible()
        no_violation(page)
        assert form.evaluate("form => form.scrollWidth <= form.clientWidth")
        box = form.bounding_box()
        assert box
        assert box["height"] <= HEIGHTS[width]
        page.keyboard.press("Escape")

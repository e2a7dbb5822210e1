"""A reader in front of the dashboard of the real system: looking, filtering, sorting, scrolling, going back."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, Site
from tests.world import START


def cards(page: Page) -> Locator:
    """The cards on the page."""
    return page.get_by_role("article")


def titles(page: Page) -> Locator:
    """The titles of cards or of rows."""
    return page.locator("[data-watch]")


def show(page: Page, button: str, choice: str) -> None:
    """Choose from one of the drop-down lists."""
    page.get_by_label(button).select_option(label=choice)


def test_the_first_videos_need_one_document_and_one_answer(site: Site, visit: Open) -> None:
    seen = visit(site.url, now=START)
    expect(cards(seen.page).first).to_be_visible()
    expect(seen.page.get_by_text("Last poll")).to_be_visible()
    own = [url.removeprefix(site.url) for url in seen.requests if url.startswith(site.url)]
    assert own == ["/", "/videos?page_size=24", "/status"]


def test_the_page_asks_no_other_host_than_youtubes(site: Site, visit: Open) -> None:
    seen = visit(site.url, now=START)
    expect(seen.page.locator(".thumb.loaded").first).to_be_visible()
    hosts = {url.split("/")[2] for url in seen.requests if not url.startswith((site.url, "data:"))}
    assert hosts == {"i.ytimg.com"}


def test_a_card_says_what_the_video_is(site: Site, visit: Open) -> None:
    page = visit(site.url, now=START).page
    card = cards(page).nth(1)
    expect(card.get_by_role("heading")).to_have_text("Cricket number 1: how to bat")
    expect(card.get_by_role("button", name="Café & Crème")).to_be_visible()
    expect(card.get_by_text("1:57", exact=True)).to_be_visible()
    expect(card.get_by_text("14 minutes ago")).to_have_attribute("title", "Monday, 23 November 2026 at 11:46:00 UTC")
    expect(cards(page).nth(3).get_by_text("Live", exact=True)).to_be_visible()
    expect(cards(page).nth(7).get_by_text("Upcoming", exact=True)).to_be_visible()
    expect(cards(page).nth(7).get_by_text(re.compile(r"^starts in \d+ (minute|hour)s?, \d\d:\d\d$"))).to_be_visible()


def test_thumbnails_come_in_the_size_that_fits(site: Site, visit: Open) -> None:
    for scale, file in ((1, "mqdefault"), (2, "hqdefault")):
        page = visit(site.url, now=START, device_scale_factor=scale).page
        image = cards(page).first.locator("img")
        expect(image).to_have_js_property("complete", value=True)
        assert file in image.evaluate("image => image.currentSrc")
        expect(cards(page).nth(20).locator("img")).to_have_attribute("loading", "lazy")


def test_queries_are_tabs(site: Site, visit: Open) -> None:
    page = visit(site.url, now=START).page
    tabs = page.get_by_role("navigation", name="Watched queries")
    expect(tabs.get_by_role("link", name="cricket")).to_have_attribute("aria-current", "page")
    tabs.get_by_role("link", name="chess").click()
    expect(page).to_have_url(f"{site.url}/?query=chess")
    expect(titles(page).first).to_have_text("Chess number 0: the whole match")
    expect(page).to_have_title("chess · newsreel")
    page.go_back()
    expect(titles(page).first).to_have_text("Cricket number 0: the whole match")


@pytest.mark.parametrize("typed", ["%EF%BB%BFchess", "%E3%80%80chess%C2%A0", "che%C2%ADss"])
def test_a_link_finds_its_query_however_it_was_pasted(site: Site, visit: Open, typed: str) -> None:
    page = visit(f"{site.url}/?query={typed}", now=START).page
    expect(titles(page).first).to_have_text("Chess number 0: the whole match")
    tabs = page.get_by_role("navigation", name="Watched queries")
    expect(tabs.get_by_role("link", name="chess")).to_have_attribute("aria-current", "page")
    expect(page).to_have_title("chess · newsreel")


def test_a_query_that_is_not_watched_is_named_with_plain_spaces(site: Site, visit: Open) -> None:
    page = visit(f"{site.url}/?query=live%E3%80%80%C2%A0chess", now=START).page
    expect(page.get_by_role("heading", name="“live chess” is not watched")).to_be_visible()
    # Playwright takes all spaces for plain ones, except here.
    assert page.title() == "live chess · newsreel"


@pytest.mark.parametrize(
    ("button", "choice", "address"),
    [
        ("Order", "Oldest first", "order=oldest"),
        ("Videos a page", "12 a page", "page_size=12"),
    ],
)
def test_choices_filter_and_stand_in_the_address(
    site: Site, visit: Open, button: str, choice: str, address: str
) -> None:
    page = visit(site.url, now=START).page
    expect(cards(page).first).to_be_visible()
    show(page, button, choice)
    expect(page).to_have_url(f"{site.url}/?{address}")
    expected = site.titles(f"/videos?{address}")[:4]
    expect(titles(page).first).to_have_text(expected[0])
    assert titles(page).all_inner_texts()[:4] == expected
    page.reload()
    expect(titles(page).first).to_have_text(expected[0])
    expect(page.get_by_label(button)).to_have_value(address.split("=")[1])


def test_a_channel_filters_until_it_is_taken_away(site: Site, visit: Open) -> None:
    page = visit(site.url, now=START).page
    cards(page).nth(2).get_by_role("button", name="スポーツ日和").click()
    chip = page.get_by_role("button", name="Only channel スポーツ日和, show all channels")
    expect(chip).to_be_visible()
    expect(titles(page).nth(1)).to_have_text("Cricket number 8: how to bat")
    page.reload()
    expect(chip).to_be_visible()
    chip.click()
    expect(titles(page).nth(1)).to_have_text("Cricket number 1: how to bat")
    expect(page).to_have_url(f"{site.url}/")


def test_quick_ranges_count_back_from_now(site: Site, visit: Open) -> None:
    page = visit(site.url, now=START).page
    page.get_by_role("button", name="Any time").click()
    page.get_by_role("button", name="Last hour").click()
    expect(page).to_have_url(f"{site.url}/?range=1h")
    expect(page.get_by_text("That is all: 5 videos")).to_be_visible()
    page.reload()
    expect(page.get_by_role("button", name="Last hour")).to_be_visible()
    expect(page.get_by_text("That is all: 5 videos")).to_be_visible()


def test_dates_bound_the_time_on_both_sides(site: Site, visit: Open) -> None:
    page = visit(site.url, now=START).page
    page.get_by_role("button", name="Any time").click()
    page.get_by_label("From", exact=True).fill("2026-11-22")
    page.get_by_label("To", exact=True).fill("2026-11-22")
    parameters = "published_after=2026-11-22T00:00:00Z&published_before=2026-11-23T00:00:00Z"
    expect(page.get_by_role("button", name="22 Nov")).to_be_visible()
    expect(titles(page).first).to_have_text(site.titles(f"/videos?{parameters}")[0])
    shared = visit(page.url, now=START).page
    expect(titles(shared).first).to_have_text(site.titles(f"/videos?{parameters}")[0])
    expect(shared.get_by_role("button", name="22 Nov")).to_be_visible()


def test_dates_never_contradict_each_other(site: Site, visit: Open) -> None:
    page = visit(f"{site.url}/?published_before=2026-11-22T00:00:00Z", now=START).page
    page.get_by_role("button", name="Until 21 Nov").click()
    page.get_by_label("From", exact=True).fill("2026-11-23")
    expect(page.get_by_role("button", name="Since 23 Nov")).to_be_visible()
    expect(titles(page).first).to_have_text("Cricket number 0: the whole match")


def test_search_as_one_types(site: Site, visit: Open) -> None:
    seen = visit(site.url, now=START)
    search = seen.page.get_by_role("searchbox")
    search.press_sequentially("whole mat")
    expect(titles(seen.page).nth(1)).to_have_text("Cricket number 3: the whole match")
    expect(seen.page).to_have_url(f"{site.url}/?search=whole+mat")
    expect(seen.page.locator("mark").first).to_have_text("whole")
    seen.page.go_back()
    expect(search).to_have_value("")
    expect(titles(seen.page).nth(1)).to_have_text("Cricket number 1: how to bat")


def test_all_filters_share_one_address(site: Site, visit: Open) -> None:
    query = "live=live&order=oldest&page_size=12&published_after=2026-11-22T00:00:00Z"
    page = visit(f"{site.url}/?{query}&view=table&sort=-title", now=START).page
    expected = sorted(site.titles(f"/videos?{query}"), key=lambda title: int(re.findall(r"\d+", title)[0]))
    expect(titles(page)).to_have_text(expected[::-1])


def test_the_table_sorts_what_is_loaded(site: Site, visit: Open) -> None:
    page = visit(f"{site.url}/?page_size=12", now=START).page
    page.get_by_role("button", name="Table").click()
    expect(page.get_by_role("table")).to_be_visible()
    expect(page).to_have_url(re.compile("view=table"))
    header = page.get_by_role("columnheader", name="Length")
    loaded = int(page.locator("#more-text").inner_text().split()[0])
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    lengths = [site.world.get(f"/videos/cr{number:09d}").get_json()["duration_seconds"] for number in range(loaded)]
    unknown = lengths.index(None)
    expect(titles(page).first).to_contain_text(f"number {unknown}:")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "none")
    expect(titles(page).first).to_contain_text("number 0:")


def test_a_sorted_table_grows_by_its_button(site: Site, visit: Open) -> None:
    page = visit(f"{site.url}/?page_size=12&view=table&sort=title", now=START).page
    expect(page.locator("#more-text")).to_have_text("12 videos loaded")
    page.get_by_role("button", name="Load more").click()
    expect(page.locator("#more-text")).to_have_text("24 videos loaded")


@pytest.mark.long
@pytest.mark.parametrize("view", ["cards", "table"])
def test_scrolling_shows_every_video_once_in_order(site: Site, visit: Open, view: str) -> None:
    page = visit(f"{site.url}/?page_size=12&view={view}", now=START).page
    titles(page).first.focus()
    seen: list[str] = []
    for number in range(len(site.world.ids("/videos?page_size=50"))):
        link = titles(page).and_(page.locator(f"[data-watch=cr{number:09d}]"))
        expect(link).to_be_focused()
        expect(link).to_be_in_viewport()
        seen.append(link.inner_text())
        page.keyboard.press("ArrowRight" if view == "cards" else "ArrowDown")
    assert len(seen) == len(set(seen)) == 150
    expect(page.get_by_text("That is all: 150 videos")).to_be_visible()


def test_loading_more_moves_nothing(site: Site, visit: Open) -> None:
    page = visit(f"{site.url}/?page_size=12", now=START).page
    expect(titles(page).first).to_be_visible()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    before = page.evaluate("scrollY")
    expect(page.locator("#more-text")).to_have_text("36 videos loaded")
    assert page.evaluate("scrollY") == before


def test_back_returns_to_where_one_was(site: Site, visit: Open) -> None:
    page = visit(f"{site.url}/?page_size=50", now=START).page
    expect(cards(page).first).to_be_visible()
    page.mouse.move(700, 500)
    link = page.locator("[data-watch=cr000000040]")
    while not link.count():
        page.mouse.wheel(0, 400)
        page.evaluate("new Promise(requestAnimationFrame)")
    link.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    cards(page).filter(has=link).locator("button.channel").click()
    expect(page.get_by_text("That is all: 25 videos")).to_be_visible()
    assert page.evaluate("scrollY") == 0
    page.go_back()
    expect(link).to_be_in_viewport()
    assert page.evaluate("scrollY") == before
    page.go_forward()
    expect(page.get_by_text("That is all: 25 videos")).to_be_visible()


def test_a_list_that_one_comes_back_to_goes_on(site: Site, visit: Open) -> None:
    page = visit(f"{site.url}/?page_size=12", now=START).page
    expect(titles(page).first).to_be_visible()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.locator("#more-text")).to_have_text("36 videos loaded")
    show(page, "Order", "Oldest first")
    expect(titles(page).first).to_have_text("Cricket number 149: how to bat")
    page.go_back()
    expect(page.locator("#more-text")).to_have_text(re.compile("^(36|48) videos loaded"))
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.locator("#more-text")).to_have_text(re.compile("^(60|72) videos loaded"))


def test_the_strip_tells_how_polling_fares(site: Site, visit: Open) -> None:
    page = visit(site.url, now=START).page
    strip = page.get_by_role("region", name="Status")
    status = site.world.get("/status").get_json()
    left = status["sources"]["youtube"]["search_calls_left"]
    expect(strip).to_contain_text("Last poll")
    expect(strip).to_contain_text(f"{left:,} searches left today")
    expect(strip).to_contain_text("next poll is due")
    sum_of_day = sum(status["queries"][0]["arrivals"])
    expect(strip.get_by_role("img")).to_have_accessible_name(
        re.compile(f"Published in the last 24 hours: {sum_of_day} videos")
    )
    expect(strip.locator("rect")).to_have_count(24)
    expect(strip.locator("rect").nth(22)).to_have_text(re.compile(r"11:00 to 12:00: \d+ videos? published"))


def test_the_page_moves_nothing_while_it_loads(site: Site, visit: Open) -> None:
    page = visit(site.url).page
    expect(cards(page).first).to_be_visible()
    expect(page.get_by_text("Last poll")).to_be_visible()
    shift = page.evaluate(
        """new Promise((resolve) => new PerformanceObserver((list) =>
             resolve(list.getEntries().reduce((sum, entry) => sum + entry.value, 0)))
           .observe({type: "layout-shift", buffered: true}) ?? setTimeout(() => resolve(0), 100))"""
    )
    assert shift < 0.05


@pytest.mark.parametrize("width", [1440, 768, 375, 320])
@pytest.mark.parametrize("view", ["cards", "table"])
def test_nothing_is_wider_than_the_screen(site: Site, visit: Open, width: int, view: str) -> None:
    page = visit(f"{site.url}/?view={view}", now=START, width=width).page
    expect(titles(page).first).to_be_visible()
    expect(page.get_by_text("Last poll")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_copied_document_is_not_sent_again(site: Site) -> None:
    first = site.world.get("/?view=table")
    assert first.status_code == 200
    again = site.world.get("/?view=table", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Content-Security-Policy"] == first.headers["Content-Security-Policy"]

"""What happens on an open page while polls go on."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Site, published
from tests.world import MINUTE, START

MOTION = True
TOP = "element => element.getBoundingClientRect().top"


def pass_time(site: Site, page: Page, span: timedelta) -> None:
    """Let time pass for the system, and then for the page."""
    site.world.run(span)
    site.world.restart()
    page.clock.fast_forward(int(span.total_seconds() * 1000))


def publish(site: Site, *numbers: int) -> None:
    """New videos appear on YouTube, a second after the last."""
    site.world.add(*(published(number, START - site.world.now - timedelta(seconds=number % 10)) for number in numbers))


def test_new_videos_wait_above_without_moving_anything(own_site: Site, visit: Open) -> None:
    page = visit(own_site.url, now=START).page
    expect(page.get_by_text("Last poll")).to_be_visible()
    page.evaluate("scrollTo(0, 700)")
    reading = page.locator("[data-watch=cr000000010]")
    expect(reading).to_be_in_viewport()
    before = reading.evaluate(TOP)
    publish(own_site, 201, 202, 203)
    pass_time(own_site, page, 2 * MINUTE)
    fresh = page.get_by_role("button", name="3 new videos")
    expect(fresh).to_be_visible()
    expect(page).to_have_title("(3) cricket · newsreel")
    assert reading.evaluate(TOP) == before
    fresh.click()
    expect(page.locator("[data-watch]").nth(0)).to_have_attribute("data-watch", "cr000000203")
    expect(page.locator("[data-watch]").nth(3)).to_have_attribute("data-watch", "cr000000000")
    expect(page.locator("article.new")).to_have_count(3)
    expect(fresh).not_to_be_visible()
    expect(page).to_have_title("cricket · newsreel")
    assert page.evaluate("scrollY") == 0


def test_the_keyboard_goes_to_what_is_new(own_site: Site, visit: Open) -> None:
    page = visit(own_site.url, now=START).page
    expect(page.get_by_text("Last poll")).to_be_visible()
    publish(own_site, 201)
    pass_time(own_site, page, 2 * MINUTE)
    page.get_by_role("button", name="1 new video").press("Enter")
    expect(page.locator("[data-watch=cr000000201]")).to_be_focused()


def test_the_strip_follows_the_polls(own_site: Site, visit: Open) -> None:
    page = visit(own_site.url, now=START).page
    strip = page.get_by_role("region", name="Status")
    expect(strip).to_contain_text("Last poll")
    expect(page.get_by_role("list", name="Problems")).not_to_be_visible()
    own_site.world.upstream.keys = {"another"}
    pass_time(own_site, page, 10 * MINUTE)
    problems = page.get_by_role("list", name="Problems").get_by_role("listitem")
    expected = [f"{each['message']} {each['action']}" for each in own_site.world.get("/status").get_json()["problems"]]
    assert expected
    expect(problems).to_have_text(expected)


def test_trouble_moves_nothing_that_is_read(own_site: Site, visit: Open) -> None:
    page = visit(own_site.url, now=START).page
    expect(page.get_by_text("Last poll")).to_be_visible()
    page.evaluate("scrollTo(0, 700)")
    reading = page.locator("[data-watch=cr000000010]")
    expect(reading).to_be_in_viewport()
    before = reading.evaluate(TOP)
    own_site.world.upstream.keys = {"another"}
    pass_time(own_site, page, 10 * MINUTE)
    expect(page.get_by_role("list", name="Problems")).to_be_attached()
    assert reading.evaluate(TOP) == pytest.approx(before, abs=1)


def test_a_hidden_page_asks_nothing(own_site: Site, visit: Open) -> None:
    seen = visit(own_site.url, now=START)
    expect(seen.page.get_by_text("Last poll")).to_be_visible()
    seen.page.evaluate(
        """() => {
             Object.defineProperty(document, "hidden", { get: () => true });
             document.dispatchEvent(new Event("visibilitychange"));
           }"""
    )
    before = len(seen.requests)
    seen.page.clock.fast_forward(3_600_000)
    assert len(seen.requests) == before


def test_an_unchanged_page_is_not_sent_again(own_site: Site, visit: Open) -> None:
    seen = visit(own_site.url, now=START, cached=True)
    expect(seen.page.get_by_text("Last poll")).to_be_visible()
    with seen.page.expect_response(lambda response: "/videos?" in response.url) as looked:
        seen.page.clock.fast_forward(60_000)
    assert "if-none-match" in looked.value.request.all_headers()
    expect(seen.page.get_by_role("button", name="new video")).to_have_count(0)

"""A browser meets a private deployment: it asks for the password once, and then everything works."""

import re

import pytest
from playwright.sync_api import Error, expect

from tests.browser.conftest import Open, Site
from tests.browser.test_accessibility import AXE
from tests.world import START

WINDOWS = True

PASSWORD = "pässwörd of the reader"
CREDENTIALS = {"username": "reader", "password": PASSWORD}


@pytest.fixture
def private(own_site: Site) -> Site:
    """The site of an operator who lets readers in by password."""
    own_site.world.set_passwords(reader=PASSWORD, editor="another")
    own_site.world.configure(ACCESS="private")
    return own_site


def test_a_page_that_was_let_in_may_ask_the_api(visit: Open, private: Site) -> None:
    opened = visit(private.url, now=START, http_credentials=CREDENTIALS)
    page = opened.page
    expect(page.locator("[data-watch]").first).to_be_visible()
    expect(page.get_by_text("Last poll")).to_be_visible()
    page.get_by_role("searchbox").fill("match")
    expect(page.locator("[data-watch]").first).to_contain_text("match")
    page.get_by_role("button", name="Keyboard and feeds").click()
    with page.expect_response(re.compile("videos.atom")) as feed:
        page.evaluate("fetch(document.querySelector('#feed-link').href)")
    assert feed.value.status == 200
    assert not page.get_by_text("III.I.15").count()


def test_the_documentation_works_behind_the_password(visit: Open, private: Site) -> None:
    page = visit(f"{private.url}/docs", http_credentials=CREDENTIALS).page
    expect(page.locator(".opblock").first).to_be_visible()
    page.locator("#operations-videos-listVideos").click()
    page.get_by_role("button", name="Execute").click()
    expect(page.locator(".live-responses-table .response-col_status").last).to_contain_text("200")


def test_the_browser_asks_for_the_password(visit: Open, private: Site) -> None:
    # So it is called where nobody sits before the browser to answer.
    with pytest.raises(Error, match="ERR_INVALID_AUTH_CREDENTIALS"):
        visit(private.url)


def test_a_wrong_password_shows_nothing(visit: Open, private: Site) -> None:
    page = visit(private.url, http_credentials=CREDENTIALS | {"password": "wrong"}).page
    expect(page.locator("body")).to_contain_text("User name or password are wrong.")
    assert not page.locator("[data-watch]").count()


@pytest.mark.parametrize("width", [1440, 320])
def test_a_public_page_says_which_rule_that_breaks(visit: Open, own_site: Site, width: int) -> None:
    own_site.world.configure(ACCESS="public")
    # The end of a long list loads more, and the foot goes away from it.
    page = visit(f"{own_site.url}/?live=live", width=width, now=START).page
    expect(page.locator("[data-watch]").first).to_be_visible()
    note = page.get_by_role("complementary", name="Who may read")
    note.scroll_into_view_if_needed()
    expect(note).to_be_in_viewport()
    expect(note).to_contain_text("III.I.15")
    # A button that is changing its colours has none to be judged.
    page.evaluate("Promise.all(document.getAnimations().map((each) => each.finished))")
    page.evaluate(AXE)
    found = page.evaluate("axe.run()")["violations"]
    assert not [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]

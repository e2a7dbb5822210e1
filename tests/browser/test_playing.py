"""Playing a video where it stands, and everything that the keyboard does."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Site
from tests.browser.test_accessibility import WIDTHS, Reach, check_state
from tests.world import START

WINDOWS = True
MOTION = True
PLAYER = "Player"


def player_source(page: Page) -> str | None:
    """What the player shows."""
    return page.locator("iframe").get_attribute("src")


@pytest.mark.parametrize("view", ["cards", "table"])
def test_a_click_plays_in_place(site: Site, visit: Open, view: str) -> None:
    page = visit(f"{site.url}/?view={view}", now=START).page
    link = page.locator("[data-watch=cr000000001]")
    link.click()
    player = page.get_by_role("region", name=PLAYER)
    expect(player).to_be_in_viewport()
    expect(player.get_by_role("heading")).to_have_text("Cricket number 1: how to bat")
    expect(player.get_by_text("All about number 1.")).to_be_visible()
    source = player_source(page)
    assert source is not None
    assert source.startswith("https://www.youtube-nocookie.com/embed/cr000000001?")
    expect(page.frame_locator("iframe").get_by_role("heading")).to_have_text("Player")
    expect(link).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(player).not_to_be_attached()
    expect(link).to_be_focused()


def test_what_plays_stands_in_the_address(site: Site, visit: Open) -> None:
    page = visit(site.url, now=START).page
    page.locator("[data-watch=cr000000002]").click()
    expect(page).to_have_url(f"{site.url}/?watch=cr000000002")
    page.go_back()
    expect(page.locator("iframe")).not_to_be_attached()
    page.go_forward()
    expect(page.locator("iframe")).to_be_visible()
    page.reload()
    expect(page.locator("iframe")).to_be_visible()
    page.get_by_role("button", name="Close the player").click()
    expect(page.locator("iframe")).not_to_be_attached()


def test_a_shared_video_that_is_not_on_the_first_page_plays_above_it(site: Site, visit: Open) -> None:
    page = visit(f"{site.url}/?watch=cr000000120", now=START).page
    player = page.get_by_role("region", name=PLAYER)
    expect(player.get_by_role("heading")).to_have_text("Cricket number 120: the whole match")
    expect(player).to_be_in_viewport()


def test_a_video_that_is_gone_is_said_to_be(site: Site, visit: Open) -> None:
    page = visit(f"{site.url}/?watch=AAAAAAAAAAA", now=START).page
    expect(page.get_by_text("newsreel does not keep this video any more.")).to_be_visible()


def test_next_and_previous(site: Site, visit: Open) -> None:
    page = visit(f"{site.url}/?watch=cr000000002", now=START).page
    page.get_by_role("button", name="Next video").click()
    expect(page.get_by_role("region", name=PLAYER).get_by_role("heading")).to_contain_text("number 3")
    page.get_by_role("button", name="Previous video").click()
    expect(page.get_by_role("region", name=PLAYER).get_by_role("heading")).to_contain_text("number 2")


def test_the_player_goes_on_in_a_corner(site: Site, visit: Open) -> None:
    page = visit(f"{site.url}/?page_size=50", now=START).page
    page.locator("[data-watch=cr000000002]").click()
    expect(page.locator("iframe")).to_be_visible()
    page.locator("iframe").evaluate("frame => { frame.dataset.same = 'yes' }")
    page.evaluate("scrollTo(0, 3000)")
    player = page.get_by_role("region", name=PLAYER)
    expect(player).to_have_css("position", "fixed")
    expect(player).to_be_in_viewport(ratio=1)
    page.evaluate("scrollTo(0, 0)")
    expect(player).to_have_css("position", "absolute")
    expect(page.locator("iframe")).to_have_attribute("data-same", "yes")


@pytest.mark.parametrize("modifier", ["Control", "Shift"])
def test_a_click_with_a_modifier_opens_youtube(site: Site, visit: Open, modifier: Literal["Control", "Shift"]) -> None:
    seen = visit(site.url, now=START)
    link = seen.page.locator("[data-watch=cr000000001]")
    expect(link).to_have_attribute("href", "https://www.youtube.com/watch?v=cr000000001")
    with seen.context.expect_page():
        link.click(modifiers=[modifier])
    expect(seen.page).to_have_url(f"{site.url}/")


def test_the_keyboard_reaches_everything(site: Site, visit: Open) -> None:
    page = visit(site.url, now=START).page
    expect(page.get_by_role("article").first).to_be_visible()
    search = page.get_by_role("searchbox")
    keyboard = page.keyboard
    keyboard.press("/")
    expect(search).to_be_focused()
    expect(search).to_have_value("")
    keyboard.type("match")
    expect(page.locator("[data-watch]").nth(1)).to_contain_text("number 3:")
    keyboard.press("Escape")
    expect(search).to_have_value("")
    expect(page.locator("[data-watch]").nth(1)).to_contain_text("number 1:")
    keyboard.press("ArrowDown")
    focused = page.locator("[data-watch]:focus")
    for key, number in (
        ("ArrowRight", 1),
        ("ArrowDown", 6),
        ("ArrowLeft", 5),
        ("ArrowUp", 0),
        ("End", 23),
        ("Home", 0),
    ):
        keyboard.press(key)
        expect(focused).to_have_attribute("data-watch", f"cr{number:09d}")
        expect(focused).to_be_in_viewport()
    keyboard.press("Enter")
    expect(page.locator("iframe")).to_be_visible()
    keyboard.press("Escape")
    expect(focused).to_have_attribute("data-watch", "cr000000000")
    keyboard.press("ArrowUp")
    expect(search).to_be_focused()


def test_arrows_lead_from_tab_to_tab(site: Site, visit: Open) -> None:
    page = visit(site.url, now=START).page
    page.get_by_role("link", name="cricket", exact=True).focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("link", name="chess", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{site.url}/?query=chess")


def test_shortcuts_are_explained_and_can_be_turned_off(site: Site, visit: Open) -> None:
    page = visit(site.url, now=START).page
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard and feeds")
    expect(dialog).to_be_visible()
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).not_to_be_focused()


def test_the_feed_has_the_filters_of_the_view(site: Site, visit: Open) -> None:
    page = visit(f"{site.url}/?query=chess&order=oldest&view=table&page_size=12", now=START).page
    page.get_by_role("button", name="Keyboard and feeds").click()
    link = page.get_by_role("link", name="This view as an Atom feed")
    expect(link).to_have_attribute("href", "/videos.atom?query=chess&order=oldest")


def test_the_focus_is_always_visible(site: Site, visit: Open) -> None:
    page = visit(site.url, now=START).page
    expect(page.get_by_role("link", name="chess")).to_be_visible()
    seen = set()
    for _ in range(24):
        page.keyboard.press("Tab")
        name, outlined = page.evaluate(
            """() => {
                 const focus = document.activeElement;
                 const around = [focus, focus.closest(".card"), focus.closest(".chip")].filter(Boolean);
                 const styles = around.flatMap((at) => [getComputedStyle(at), getComputedStyle(at, "::before")]);
                 const visible = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
                 return [focus.textContent || focus.id, styles.some(visible)];
               }"""
        )
        seen.add(name)
        assert outlined, name
    assert len(seen) > 15


def test_the_page_has_landmarks_and_names(site: Site, visit: Open) -> None:
    page = visit(site.url, now=START).page
    expect(page.get_by_role("banner")).to_be_visible()
    expect(page.get_by_role("search")).to_be_visible()
    expect(page.get_by_role("main")).to_be_visible()
    expect(page.get_by_role("feed", name="Videos")).to_be_visible()
    article = page.get_by_role("article", name="Cricket number 0: the whole match")
    expect(article).to_have_attribute("aria-posinset", "1")
    expect(page.get_by_role("status").filter(has_text=re.compile("24 videos loaded"))).to_be_attached()


def playing(page: Page) -> None:
    page.locator("[data-watch]").nth(1).click()
    expect(page.get_by_text("All about number")).to_be_visible()


def in_a_corner(page: Page) -> None:
    playing(page)
    page.evaluate("scrollTo(0, 2000)")
    expect(page.locator(".player")).to_have_css("position", "fixed")


STATES: dict[str, tuple[str, Reach]] = {
    "cards": ("?query=chess", playing),
    "table": ("?query=chess&view=table", playing),
    "in a corner": ("?page_size=50", in_a_corner),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_violation(site: Site, visit: Open, state: str, width: int) -> None:
    check_state(site, visit, width, *STATES[state])

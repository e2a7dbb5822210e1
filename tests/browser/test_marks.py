"""Watched and hidden videos: marked from a video's menu, kept in this browser alone, exported and imported."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import HEIGHTS, Open
from tests.browser.pretend_api import Json, PretendApi, video
from tests.browser.test_blocking import choose, items, ready, toast
from tests.browser.test_filters import no_violation

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
KEPT = "() => JSON.parse(localStorage.getItem('marks'))"


def listed(count: int) -> list[Json]:
    """Videos of the last minutes."""
    return [video(99 - number, NOW - timedelta(minutes=number)) for number in range(count)]


@pytest.fixture
def pretend() -> PretendApi:
    """Ten videos."""
    return PretendApi(listed(10))


def item(page: Page, number: int) -> Locator:
    return page.locator(f"[data-index='{number}']")


def kept(page: Page) -> Any:
    """What the browser keeps of the marks."""
    found = page.evaluate(KEPT)
    return found["watched"], found["hidden"]


def test_videos_are_marked_as_watched(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.videos[3]["embeddable"] = False
    seen = visit(pretend_url, now=NOW)
    page = seen.page
    choose(page, 1, "Mark as watched")
    expect(item(page, 1).locator(".mark-text")).to_have_text("Watched")
    expect(item(page, 1)).to_have_class(re.compile("marked"))
    expect(page.locator("[data-index='1'] .dots")).to_be_focused()
    # Playing marks, too; and so does opening what plays on YouTube alone. A shared link does not play yet.
    items(page).nth(2).click()
    expect(page.get_by_role("region", name="Player")).to_be_visible()
    page.keyboard.press("Escape")
    with seen.context.expect_page():
        items(page).nth(3).click()
    assert kept(page) == (["v0000000098", "v0000000097", "v0000000096"], [])
    page.goto(f"{pretend_url}/?view=table&watch=v0000000095")
    expect(item(page, 4)).to_have_class(re.compile("playing"))
    for number, mark in enumerate(["", "Watched", "Watched", "Watched", ""]):
        expect(item(page, number).locator(".mark-text")).to_have_text(mark)
    choose(page, 1, "Mark as not watched")
    expect(item(page, 1).locator(".mark-text")).to_have_text("")
    assert kept(page) == (["v0000000097", "v0000000096"], [])


def test_videos_are_hidden_and_a_line_says_so(pretend_url: str, visit: Open) -> None:
    page = visit(f"{pretend_url}/?view=table&page_size=12", now=NOW).page
    note = page.locator("#hidden-note")
    choose(page, 0, "Hide in this browser")
    expect(items(page).first).to_have_text("Video number 98")
    undo = toast(page).get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.press("Enter")
    expect(items(page).first).to_have_text("Video number 99")
    expect(page.locator("#listing")).to_be_focused()
    expect(note).not_to_be_visible()
    choose(page, 0, "Hide in this browser")
    choose(page, 1, "Hide in this browser")
    expect(note).to_contain_text("2 of the loaded videos are hidden in this browser.")
    page.reload()
    expect(items(page).first).to_have_text("Video number 98")
    expect(note).to_contain_text("2 of the loaded videos are hidden")
    note.get_by_role("button", name="Show them").click()
    expect(page).to_have_url(re.compile("hidden=shown"))
    expect(item(page, 0).locator(".mark-text")).to_have_text("Hidden")
    expect(note).to_contain_text("2 of the loaded videos are hidden, and shown for now.")
    page.go_back()
    expect(items(page).first).to_have_text("Video number 98")
    page.go_forward()
    choose(page, 0, "Hide it no more")
    expect(item(page, 0).locator(".mark-text")).to_have_text("")
    note.get_by_role("button", name="Hide them again").click()
    expect(items(page).nth(1)).to_have_text("Video number 98")
    expect(items(page).nth(2)).to_have_text("Video number 96")


def test_where_all_is_hidden_the_page_loads_on_or_says_so(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.videos = listed(30)
    page = visit(pretend_url, now=NOW).page
    ready(page)
    hidden = [each["video_id"] for each in pretend.videos[:12]]
    marks = "{ newsreel: 'marks', version: 1, watched: [], hidden }"
    script = f"hidden => localStorage.setItem('marks', JSON.stringify({marks}))"
    page.evaluate(script, hidden)
    page.goto(f"{pretend_url}/?page_size=6")
    expect(items(page).first).to_have_text("Video number 87")
    page.evaluate(script, [each["video_id"] for each in pretend.videos])
    page.goto(f"{pretend_url}/?page_size=50")
    expect(page.get_by_role("heading", name="All 30 videos here are hidden")).to_be_visible()
    page.get_by_role("button", name="Show them").click()
    expect(items(page)).to_have_count(30)


def test_the_menu_is_made_for_the_keyboard(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.videos = listed(30)
    page = visit(pretend_url, now=NOW).page
    dots = page.get_by_role("button", name="More about Video number 99")
    expect(dots).to_have_attribute("aria-haspopup", "menu")
    dots.press("Enter")
    menu = page.get_by_role("menu", name="More about Video number 99")
    expect(menu).to_be_visible()
    expect(dots).to_have_attribute("aria-expanded", "true")
    entries = menu.get_by_role("menuitem")
    expect(entries).to_have_text(
        ["Mark as watched", "Hide in this browser", "Block channel Channel 3", "Block a word…"]
    )
    expect(entries.nth(0)).to_be_focused()
    for key, number in (("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", 3), ("ArrowDown", 0), ("End", 3), ("Home", 0)):
        page.keyboard.press(key)
        expect(entries.nth(number)).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).not_to_be_visible()
    expect(dots).to_be_focused()
    expect(dots).to_have_attribute("aria-expanded", "false")
    dots.press("Enter")
    page.mouse.click(5, 400)
    expect(menu).not_to_be_visible()
    # It stays at its button, and goes with it.
    dots.click()
    before = menu.bounding_box()
    page.mouse.wheel(0, 60)
    expect(menu).to_be_visible()
    page.wait_for_function("top => document.querySelector('#menu').getBoundingClientRect().top < top", arg=before["y"])  # type: ignore[index]


def test_marks_are_bounded_and_other_pages_follow(pretend_url: str, visit: Open) -> None:
    seen = visit(pretend_url, now=NOW)
    page = seen.page
    other = seen.context.new_page()
    other.goto(pretend_url)
    expect(items(other).first).to_be_visible()
    page.evaluate(
        """() => localStorage.setItem("marks", JSON.stringify({ newsreel: "marks", version: 1, hidden: [],
             watched: Array.from({ length: 5000 }, (_, at) => `o${String(at).padStart(10, "0")}`) }))"""
    )
    page.reload()
    choose(page, 0, "Mark as watched")
    watched, _ = kept(page)
    assert (len(watched), watched[0], watched[-1]) == (5000, "o0000000001", "v0000000099")
    expect(item(other, 0).locator(".mark-text")).to_have_text("Watched")


@pytest.mark.parametrize("storage", ["missing", "full of nonsense"])
def test_a_browser_that_keeps_nothing_breaks_nothing(pretend_url: str, visit: Open, storage: str) -> None:
    scripts = {
        "missing": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })",
        "full of nonsense": """
            localStorage.setItem("marks", '{"watched": 7}');
            Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError") };
        """,
    }
    seen = visit("about:blank", now=NOW)
    seen.page.add_init_script(scripts[storage])
    page = seen.page
    page.goto(pretend_url)
    choose(page, 1, "Mark as watched")
    expect(item(page, 1).locator(".mark-text")).to_have_text("Watched")
    choose(page, 0, "Hide in this browser")
    expect(items(page).first).to_have_text("Video number 98")
    page.get_by_role("button", name="Keyboard and feeds").click()
    page.get_by_role("checkbox", name=re.compile("Use")).uncheck()


def test_marks_go_into_a_file_and_come_back(pretend_url: str, visit: Open, tmp_path: Path) -> None:
    page = visit(pretend_url, now=NOW).page
    choose(page, 1, "Mark as watched")
    choose(page, 0, "Hide in this browser")
    page.get_by_role("button", name="Keyboard and feeds").click()
    dialog = page.get_by_role("dialog", name="Keyboard and feeds")
    counts = dialog.locator("#marks-text")
    expect(counts).to_have_text("1 video watched, 1 video hidden. Only this browser knows.")
    with page.expect_download() as started:
        dialog.get_by_role("button", name="Export").click()
    assert started.value.suggested_filename == "newsreel-marks.json"
    path = tmp_path / "marks.json"
    started.value.save_as(path)
    exported = json.loads(path.read_text())
    assert exported == {"newsreel": "marks", "version": 1, "watched": ["v0000000098"], "hidden": ["v0000000099"]}
    dialog.get_by_role("button", name="Clear").click()
    said = dialog.locator("#marks-said")
    expect(said).to_contain_text("All marks are gone.")
    expect(said.get_by_role("button", name="Undo")).to_be_focused()
    expect(counts).to_contain_text("0 videos watched, 0 videos hidden.")
    page.keyboard.press("Enter")
    expect(counts).to_contain_text("1 video watched, 1 video hidden.")
    dialog.get_by_role("button", name="Clear").click()
    for text, words in (
        ("{", "This file is not JSON."),
        ("[]", "This file does not come from newsreel's marks."),
        ("null", "This file does not come from newsreel's marks."),
        (json.dumps(exported | {"version": 2}), "This file comes from another version of newsreel."),
        (json.dumps(exported | {"hidden": "all"}), "This file has no list of hidden videos."),
        (json.dumps(exported | {"watched": ["v0000000098", "<b>"]}), "Number 2 of this file's watched videos is not"),
        (json.dumps(exported | {"watched": ["v0000000098"] * 5001}), "This file has more than 5000 watched videos."),
        ("x" * 1_000_001, "This file is too large"),
    ):
        path.write_text(text)
        dialog.locator("#marks-file").set_input_files(path)
        expect(said).to_contain_text(words)
    expect(counts).to_contain_text("0 videos watched")
    path.write_text(json.dumps(exported))
    dialog.locator("#marks-file").set_input_files(path)
    expect(said).to_contain_text("The file's marks are there: 1 video watched, 1 video hidden.")
    expect(counts).to_contain_text("1 video watched, 1 video hidden.")
    page.keyboard.press("Escape")
    expect(items(page).first).to_have_text("Video number 98")


def test_the_help_leads_to_feeds_of_the_view_and_of_all(pretend_url: str, visit: Open) -> None:
    page = visit(f"{pretend_url}/?query=chess&shorts=only&order=longest&view=table", now=NOW).page
    page.get_by_role("button", name="Keyboard and feeds").click()
    for name, address in (
        ("This view as an Atom feed", "/videos.atom?query=chess&shorts=only&order=longest"),
        ("This view as a JSON Feed", "/videos.feed.json?query=chess&shorts=only&order=longest"),
        ("All queries for a feed reader, as OPML", "/opml"),
    ):
        expect(page.get_by_role("link", name=name)).to_have_attribute("href", address)


def test_axe_finds_no_violation_and_nothing_is_too_wide(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    for each in pretend.videos:
        each["channel_title"] = "A channel with a name that goes on and on and on and on and on"
    page = visit(pretend_url, now=NOW, reduced_motion="reduce").page
    choose(page, 0, "Hide in this browser")
    choose(page, 0, "Mark as watched")
    for view, width in (("Cards", 1440), ("Table", 768), ("Cards", 390)):
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        page.get_by_role("button", name=view).click()
        page.get_by_role("button", name=re.compile("^More about")).nth(1).click()
        expect(page.get_by_role("menu")).to_be_in_viewport(ratio=1)
        no_violation(page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Keyboard and feeds").click()
        no_violation(page)
        page.keyboard.press("Escape")
        choose(page, 1, "Hide in this browser")
        expect(toast(page)).to_be_in_viewport(ratio=1)
        no_violation(page)

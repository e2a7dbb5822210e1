"""Blocking a channel or a word from a video's menu, and the block lists in the dialog of queries."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import HEIGHTS, Open, Site
from tests.browser.pretend_api import PretendApi, video
from tests.browser.test_filters import no_violation
from tests.world import START

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CHANNEL = "UC" + "A" * 22


@pytest.fixture
def pretend() -> PretendApi:
    """Ten videos of cricket, of which chess found three, too; the second is of a channel of its own."""
    listed = [video(99 - number, NOW - timedelta(minutes=number)) for number in range(10)]
    listed[1].update(channel_id=CHANNEL, channel_title="Noise")
    listed[4].update(channel_id=CHANNEL, channel_title="Noise")
    listed[2].update(title="An umpire's Reactions")
    return PretendApi([*listed, *(each | {"query": "chess"} for each in listed[:3])])


def items(page: Page) -> Locator:
    return page.locator("[data-watch]")


def choose(page: Page, number: int, name: str) -> None:
    """Choose from the menu of one of the videos."""
    page.locator("[data-index] .dots").nth(number).click()
    page.get_by_role("menuitem", name=name).click()


def toast(page: Page) -> Locator:
    return page.locator("#toast")


def ready(page: Page) -> None:
    expect(page.get_by_role("region", name="Status")).to_contain_text("searches left today")


def test_a_channel_is_blocked_and_shown_again(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.change("cricket", weight=3, region="IN", blocked_words=("sponsored",))
    seen = visit(f"{pretend_url}/?view=table", now=NOW)
    page = seen.page
    ready(page)
    expect(items(page)).to_have_count(10)
    choose(page, 1, "Block channel Noise")
    expect(toast(page)).to_contain_text("Blocked Noise for “\u2068cricket\u2069”.")
    expect(items(page)).to_have_count(8)
    known = pretend.settings["cricket"]
    assert (known.blocked_channels, known.blocked_words) == ((CHANNEL,), ("sponsored",))
    assert (known.weight, known.region) == (3, "IN")
    expect(toast(page).get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("Blocks Noise no more for “\u2068cricket\u2069”.")
    expect(items(page)).to_have_count(10)
    assert pretend.settings["cricket"].blocked_channels == ()
    assert pretend.settings["cricket"].blocked_words == ("sponsored",)


def test_a_word_is_blocked_and_what_only_the_api_knows_follows(
    pretend: PretendApi, pretend_url: str, visit: Open
) -> None:
    page = visit(pretend_url, now=NOW).page
    ready(page)
    choose(page, 2, "Block a word…")
    dialog = page.get_by_role("dialog", name="Block a word")
    expect(dialog.get_by_label("A word, or several")).to_be_focused()
    page.keyboard.type("a")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_have_text("A word has at least two letters or digits.")
    page.keyboard.type("n reaction")
    page.keyboard.press("Enter")
    expect(dialog).not_to_be_visible()
    expect(items(page)).to_have_count(9)
    assert pretend.settings["cricket"].blocked_words == ("an reaction",)
    # A description is searched by the API alone: what it leaves out is gone with its next answer.
    del pretend.videos[5]
    page.clock.fast_forward(7_000)
    expect(items(page)).to_have_count(8)


def test_where_several_queries_found_it_the_reader_chooses(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    page = visit(f"{pretend_url}/?query=*", now=NOW).page
    ready(page)
    choose(page, 1, "Block channel Noise")
    dialog = page.get_by_role("dialog", name=re.compile("Block “.Noise.”"))
    for name in ("cricket", "chess"):
        expect(dialog.get_by_role("checkbox", name=name)).to_be_checked()
        dialog.get_by_role("checkbox", name=name).uncheck()
    dialog.get_by_role("button", name="Block").click()
    expect(dialog.get_by_role("alert")).to_have_text("Choose a query at least.")
    dialog.get_by_role("checkbox", name="cricket").check()
    dialog.get_by_role("button", name="Block").click()
    expect(toast(page)).to_contain_text("Blocked Noise for “\u2068cricket\u2069”.")
    # One is still found by a query that does not block it; the other was of cricket alone.
    expect(items(page)).to_have_count(9)
    choose(page, 1, "Block channel Noise")
    dialog.get_by_role("button", name="Block").click()
    expect(items(page)).to_have_count(8)
    assert [pretend.settings[name].blocked_channels for name in ("cricket", "chess")] == [(CHANNEL,)] * 2
    toast(page).get_by_role("button", name="Undo").click()
    expect(items(page)).to_have_count(10)


def test_why_nothing_was_blocked_is_said(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.password = "secret"
    # Without a wrong one, Chromium would ask the reader for a password.
    seen = visit(pretend_url, now=NOW, http_credentials={"username": "reader", "password": "wrong"})
    page = seen.page
    ready(page)
    choose(page, 1, "Block channel Noise")
    expect(toast(page)).to_contain_text("Only the editor may change what is watched.")
    expect(items(page)).to_have_count(10)
    pretend.password = ""
    toast(page).get_by_role("button", name="Try again").click()
    expect(toast(page)).to_contain_text("Blocked Noise")
    # What was just written here is known; what another did since is not.
    pretend.change("cricket", weight=9)
    choose(page, 1, "Block a word…")
    page.keyboard.type("umpire")
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("Someone else changed “\u2068cricket\u2069” meanwhile, so nothing was done.")
    toast(page).get_by_role("button", name="Try again").click()
    expect(toast(page)).to_contain_text("Blocked “\u2068umpire\u2069”")
    known = pretend.settings["cricket"]
    assert (known.weight, known.blocked_words) == (9, ("umpire",))
    # Until the list is renewed, it would close a menu.
    expect(items(page).filter(has_text="An umpire's Reactions")).to_have_count(0)
    pretend.change("cricket", blocked_words=tuple(f"word {number}" for number in range(50)))
    page.clock.fast_forward(61_000)
    choose(page, 0, "Block a word…")
    page.keyboard.type("one more")
    page.keyboard.press("Enter")
    expect(toast(page)).to_contain_text("blocks 50 words already, and cannot block more.")


def test_the_dialog_shows_and_edits_both_lists(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.change("cricket", blocked_channels=(CHANNEL, "UC" + "B" * 22), blocked_words=("sponsored", "full match"))
    page = visit(pretend_url, now=NOW, width=768).page
    ready(page)
    expect(items(page)).to_have_count(8)
    page.get_by_role("button", name="Queries").click()
    dialog = page.get_by_role("dialog", name="Queries")
    expect(dialog.get_by_role("list", name="Watched queries").get_by_role("listitem").first).to_contain_text(
        "2 channels and 2 words blocked"
    )
    dialog.get_by_role("button", name="Change cricket").click()
    words = dialog.get_by_role("list", name="Blocked words")
    channels = dialog.get_by_role("list", name="Blocked channels")
    expect(words.locator("bdi")).to_have_text(["sponsored", "full match"])
    expect(channels.locator("bdi")).to_have_text([CHANNEL, "UC" + "B" * 22])
    expect(channels.get_by_role("link").first).to_have_attribute("href", f"https://www.youtube.com/channel/{CHANNEL}")
    dialog.get_by_role("button", name="Block sponsored no more").click()
    expect(dialog.get_by_role("button", name="Block full match no more")).to_be_focused()
    dialog.get_by_role("button", name=f"Block {CHANNEL} no more").click()
    word = dialog.get_by_role("textbox", name="Blocked words")
    word.fill("reaction")
    word.press("Enter")
    expect(words.locator("bdi")).to_have_text(["full match", "reaction"])
    word.fill("unsaid")
    dialog.get_by_role("button", name="Save").click()
    expect(dialog.get_by_role("status").last).to_contain_text("is changed.")
    known = pretend.settings["cricket"]
    assert known.blocked_words == ("full match", "reaction", "unsaid")
    assert known.blocked_channels == ("UC" + "B" * 22,)
    dialog.get_by_role("button", name="Pause cricket").click()
    expect(dialog.get_by_role("button", name="Resume cricket")).to_be_focused()
    assert pretend.settings["cricket"].blocked_words == ("full match", "reaction", "unsaid")
    dialog.get_by_role("button", name="Change cricket").click()
    word.fill("x")
    dialog.get_by_role("button", name="Save").click()
    expect(word).to_have_accessible_description(re.compile("each of 2 to 100 characters"))
    page.keyboard.press("Escape")
    page.clock.fast_forward(7_000)
    # What was blocked before and is no more comes back, but for what is blocked now.
    expect(items(page)).to_have_count(9)


def test_nothing_lies_over_the_player(pretend_url: str, visit: Open) -> None:
    page = visit(pretend_url, now=NOW).page
    ready(page)
    player = page.get_by_role("region", name="Player")
    items(page).nth(0).click()
    expect(player).to_be_visible()
    page.locator("[data-index] .dots").nth(0).click()
    expect(page.get_by_role("menu")).to_be_visible()
    expect(player).to_have_count(0)
    page.get_by_role("menuitem", name="Block a word…").click()
    expect(page.get_by_role("dialog", name="Block a word")).to_be_visible()
    page.keyboard.press("Escape")
    choose(page, 1, "Block channel Noise")
    expect(toast(page)).to_contain_text("Blocked Noise")
    items(page).nth(0).click()
    expect(player).to_be_visible()
    expect(toast(page)).not_to_be_visible()


def test_axe_finds_no_violation_and_nothing_is_too_wide(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.queries = ["cricket", "chess"]
    pretend.change("cricket", blocked_words=("x" * 100,), blocked_channels=("UC" + "B" * 22,))
    page = visit(f"{pretend_url}/?query=*", now=NOW, reduced_motion="reduce").page
    ready(page)
    for width in (1440, 768, 390):
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        choose(page, 1, "Block a word…")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert")).to_be_visible()
        no_violation(page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Queries").click()
        page.get_by_role("button", name="Change cricket").click()
        expect(page.get_by_role("list", name="Blocked words")).to_be_visible()
        no_violation(page)
        assert page.locator("#queries").evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")
        page.keyboard.press("Escape")


def test_the_real_editor_keeps_the_lists(own_site: Site, visit: Open) -> None:
    page = visit(own_site.url, now=START).page
    ready(page)
    expect(items(page).first).to_be_visible()
    choose(page, 0, "Block channel The Long Room")
    expect(toast(page)).to_contain_text("Blocked The Long Room for")
    expect(items(page).first).to_have_text("Cricket number 1: how to bat")
    settings = own_site.world.get("/queries/cricket").get_json()
    assert settings["blocked_channels"] == [f"UC{0:022d}"]

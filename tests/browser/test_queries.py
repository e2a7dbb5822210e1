"""The dialog in which queries are added, changed, paused and removed: with a mouse, with keys alone, on a phone."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open, Site
from tests.browser.pretend_api import PretendApi
from tests.browser.test_accessibility import check_by_axe
from tests.world import MINUTE, START

WIDTHS = (1440, 768, 360)
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOSTILE = ("<img src=x onerror=alert(1)>", "مرحبا بالعالم", "🦔" * 100, "AC/DC, live?", "x" * 100)


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Queries")


def opened(page: Page) -> Locator:
    """The dialog, once it shows what is watched."""
    expect(page.get_by_text("Last poll")).to_be_visible()
    page.get_by_role("button", name="Queries").click()
    expect(dialog(page)).to_be_visible()
    return dialog(page)


def rows(page: Page) -> Locator:
    return dialog(page).get_by_role("list", name="Watched queries").get_by_role("listitem")


def names(page: Page) -> Locator:
    return dialog(page).get_by_role("heading", level=3)


def tabs(page: Page) -> Locator:
    return page.locator("#tabs a:not([data-query='*'])")


def said(page: Page) -> Locator:
    return dialog(page).get_by_role("status")


def name_field(page: Page) -> Locator:
    return dialog(page).get_by_role("textbox", name="Watch a query")


def press(page: Page, label: str) -> None:
    dialog(page).get_by_role("button", name=label, exact=True).click()


def add(page: Page, name: str, **fields: str) -> None:
    """Fill the form and send it; fields by their labels, spaces as `_`."""
    name_field(page).fill(name)
    if fields:
        page.get_by_text("More settings").click()
        for label, value in fields.items():
            dialog(page).get_by_label(label.replace("_", " ")).fill(value)
    press(page, "Add")


def cost(page: Page) -> Locator:
    return dialog(page).locator("#query-cost")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_query_is_added_and_shows_at_once(pretend: PretendApi, pretend_url: str, visit: Open, width: int) -> None:
    page = visit(pretend_url, now=NOW, width=width).page
    opened(page)
    assert page.evaluate("document.querySelector('#queries').scrollWidth") <= width
    add(page, " live  tennis ", Search_text='tennis -table | "wimbledon"', Weight="3", Can_be_watched_in="in")
    expect(said(page)).to_contain_text("is watched. Its first videos come within a minute or two.")
    expect(names(page)).to_have_text(["cricket", "chess", "solar eclipse", "live tennis"])
    expect(tabs(page)).to_have_text(["cricket", "chess", "solar eclipse", "live tennis"])
    expect(rows(page).nth(3)).to_contain_text('weight 3 · searches for tennis -table | "wimbledon"')
    added = pretend.settings["live tennis"]
    assert (added.search, added.weight, added.region) == ('tennis -table | "wimbledon"', 3, "IN")
    expect(name_field(page)).to_be_focused()
    expect(name_field(page)).to_have_value("")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Queries")).to_be_focused()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_query_is_changed_with_what_it_was_in_the_fields(
    pretend: PretendApi, pretend_url: str, visit: Open, width: int
) -> None:
    pretend.change("chess", search="chess -boxing", language="hi", min_interval_seconds=25, paused=True, weight=2)
    page = visit(pretend_url, now=NOW, width=width).page
    opened(page)
    press(page, "Change chess")
    search = dialog(page).get_by_label("Search text")
    expect(search).to_be_focused()
    expect(search).to_have_value("chess -boxing")
    expect(dialog(page).get_by_label("Language that comes first")).to_have_value("hi")
    expect(dialog(page).get_by_label("Shortest interval, in minutes")).to_have_value("0.42")
    search.fill("")
    dialog(page).get_by_label("Restricted videos").select_option(label="Leave out all")
    dialog(page).get_by_role("checkbox", name="Paused").uncheck()
    press(page, "Save")
    expect(said(page)).to_contain_text("is changed.")
    changed = pretend.settings["chess"]
    assert (changed.search, changed.language, changed.min_interval_seconds) == ("chess", "hi", 25)
    assert (changed.safe_search, changed.paused, changed.weight) == ("strict", False, 2)
    expect(dialog(page).get_by_role("button", name="Change chess")).to_be_focused()
    expect(name_field(page)).to_have_value("")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_query_is_paused_and_resumed_and_keeps_its_other_settings(
    pretend: PretendApi, pretend_url: str, visit: Open, width: int
) -> None:
    pretend.change("chess", region="IN", weight=2)
    page = visit(pretend_url, now=NOW, width=width).page
    opened(page)
    expect(rows(page).nth(0)).to_contain_text("Searched every 58 minutes")
    press(page, "Pause chess")
    expect(rows(page).nth(1)).to_contain_text("Paused")
    expect(rows(page).nth(0)).to_contain_text("Searched every 29 minutes")
    expect(tabs(page).nth(1)).to_have_text("chess, paused")
    resume = dialog(page).get_by_role("button", name="Resume chess")
    expect(resume).to_be_focused()
    assert (pretend.settings["chess"].paused, pretend.settings["chess"].region) == (True, "IN")
    resume.click()
    expect(rows(page).nth(1)).to_contain_text("Searched every 29 minutes · weight 2")
    assert not pretend.settings["chess"].paused


@pytest.mark.parametrize("width", WIDTHS)
def test_removing_can_be_undone_for_some_seconds(
    pretend: PretendApi, pretend_url: str, visit: Open, width: int
) -> None:
    pretend.change("chess", weight=4, search="chess | go")
    page = visit(f"{pretend_url}/?query=chess", now=NOW, width=width).page
    opened(page)
    press(page, "Remove chess")
    expect(said(page)).to_contain_text("is removed. Its videos stay until they expire.")
    expect(names(page)).to_have_text(["cricket", "solar eclipse"])
    expect(tabs(page)).to_have_text(["cricket", "solar eclipse"])
    expect(page).to_have_url(f"{pretend_url}/?query=cricket")
    assert pretend.removed == ["chess"]
    undo = dialog(page).get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.click()
    expect(said(page)).to_contain_text("is watched again, as it was.")
    expect(page).to_have_url(f"{pretend_url}/?query=chess")
    again = pretend.settings["chess"]
    assert ("chess" in pretend.queries, again.weight, again.search) == (True, 4, "chess | go")
    press(page, "Remove chess")
    expect(undo).to_be_focused()
    page.clock.fast_forward(15_000)
    expect(undo).to_be_focused()
    name_field(page).focus()
    page.clock.fast_forward(15_000)
    expect(undo).to_be_hidden()


def test_a_removal_that_could_not_be_undone_is_not_forgotten(
    pretend: PretendApi, pretend_url: str, visit: Open
) -> None:
    pretend.change("chess", weight=4)
    page = visit(pretend_url, now=NOW).page
    opened(page)
    press(page, "Remove chess")
    pretend.failing["PUT /queries"] = ("503 Service Unavailable", {"status": 503})
    press(page, "Undo")
    expect(said(page)).to_contain_text("newsreel's store is busy, so nothing was changed.")
    del pretend.failing["PUT /queries"]
    press(page, "Undo")
    expect(said(page)).to_contain_text("is watched again, as it was.")
    assert pretend.settings["chess"].weight == 4


@pytest.mark.parametrize("width", WIDTHS)
def test_videos_are_deleted_only_after_a_question(
    pretend: PretendApi, pretend_url: str, visit: Open, width: int
) -> None:
    page = visit(pretend_url, now=NOW, width=width).page
    opened(page)
    box = dialog(page).get_by_role("checkbox", name="Removing a query also deletes its videos")
    box.check()
    press(page, "Remove chess")
    expect(said(page)).to_contain_text("and delete all its videos? This cannot be undone.")
    expect(dialog(page).get_by_role("button", name="Keep it")).to_be_focused()
    press(page, "Keep it")
    expect(dialog(page).get_by_role("button", name="Remove chess")).to_be_focused()
    assert pretend.removed == []
    press(page, "Remove chess")
    press(page, "Delete")
    expect(said(page)).to_contain_text("is removed. Deleting its videos takes some minutes.")
    expect(dialog(page).get_by_role("button", name="Undo")).to_have_count(0)
    expect(box).not_to_be_checked()
    expect(dialog(page).get_by_role("button", name="Close")).to_be_focused()
    assert pretend.removed == ["chess?videos=delete"]


@pytest.mark.parametrize("width", WIDTHS)
def test_all_is_done_by_keys_alone(pretend: PretendApi, pretend_url: str, visit: Open, width: int) -> None:
    page = visit(pretend_url, now=NOW, width=width).page
    expect(page.get_by_text("Last poll")).to_be_visible()
    page.get_by_role("link", name="solar eclipse").focus()

    def keys(*pressed: str) -> None:
        for key in pressed:
            page.keyboard.press(key)

    keys("Tab", "Enter")
    expect(dialog(page).get_by_role("button", name="Close")).to_be_focused()
    keys("Tab")
    page.keyboard.type("tennis")
    keys("Enter")
    expect(names(page)).to_have_text(["cricket", "chess", "solar eclipse", "tennis"])
    # Add, More settings, and then the first row.
    keys("Tab", "Tab", "Tab", "Enter")
    expect(dialog(page).get_by_role("button", name="Resume cricket")).to_be_focused()
    keys("Tab", "Enter")
    expect(dialog(page).get_by_label("Search text")).to_be_focused()
    keys("Tab")
    expect(dialog(page).get_by_label("Weight")).to_be_focused()
    page.keyboard.type("5")
    keys("Enter")
    expect(dialog(page).get_by_role("button", name="Change cricket")).to_be_focused()
    assert (pretend.settings["cricket"].weight, pretend.settings["cricket"].paused) == (5, True)
    keys("Tab", "Enter")
    expect(dialog(page).get_by_role("button", name="Undo")).to_be_focused()
    assert "cricket" not in pretend.queries
    keys("Enter")
    expect(dialog(page).get_by_role("button", name="Remove cricket")).to_be_focused()
    assert pretend.settings["cricket"].weight == 5
    keys("Escape")
    expect(page.get_by_role("button", name="Queries")).to_be_focused()


def test_what_a_query_costs_is_said_before_it_is_saved(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.queries.append("tennis")
    page = visit(pretend_url, now=NOW, width=360).page
    opened(page)
    expect(cost(page)).to_have_text(
        "With 5 queries each is searched every 72 minutes. The others are then searched 20% less often than now."
    )
    page.get_by_text("More settings").click()
    dialog(page).get_by_label("Weight").fill("3")
    expect(cost(page)).to_contain_text("With 5 queries each is searched every 72 minutes; weight 3 makes it 34.")
    expect(cost(page)).to_contain_text("searched 43% less often")
    dialog(page).get_by_label("Shortest interval, in minutes").fill("120")
    expect(cost(page)).to_contain_text("With 5 queries each is searched every 2 hours; weight 3 makes it 2.")
    dialog(page).get_by_role("checkbox", name="Paused").check()
    expect(cost(page)).to_have_text("Paused, it costs nothing: the other queries share its part of the searches.")
    press(page, "Change chess")
    expect(cost(page)).to_have_text("With 4 queries each is searched every 58 minutes.")


@pytest.mark.parametrize(
    ("calls", "pacing", "words"),
    [
        (None, "budget", "No key can search, so nothing is searched until there is a usable one."),
        (100_000, "budget", "With 4 queries each is searched every 10 seconds."),
        (1, "budget", "With 4 queries each is searched every 4 days."),
        (
            100,
            "fixed",
            (
                "With 4 queries and a fixed pace this one is searched every 10 seconds; "
                "all together want 34,560 of the day's 100 searches."
            ),
        ),
    ],
)
def test_the_cost_follows_the_budget(
    pretend: PretendApi, pretend_url: str, visit: Open, calls: int | None, pacing: str, words: str
) -> None:
    pretend.search_calls, pretend.pacing = calls, pacing
    page = visit(pretend_url, now=NOW).page
    opened(page)
    expect(cost(page)).to_contain_text(words)


@pytest.mark.parametrize("width", WIDTHS)
def test_each_fault_stands_beside_its_field(pretend: PretendApi, pretend_url: str, visit: Open, width: int) -> None:
    page = visit(pretend_url, now=NOW, width=width).page
    opened(page)
    add(
        page, "tennis", Weight="many", Can_be_watched_in="Germany", Language_that_comes_first="7",
        Shortest_interval="0.1", Search_text="x" * 301,
    )  # fmt: skip
    for label, words in {
        "Search text": "A search text has 1 to 300 characters in one line.",
        "Weight": "A weight is a whole number from 1 to 100.",
        "Can be watched in": "A country has two letters, such as DE. Leave it empty for all.",
        "Language that comes first": "A language has two letters, such as de, or is zh-Hans or zh-Hant.",
        "Shortest interval, in minutes": "From 10 seconds (0.17 minutes) to a day (1440 minutes), or empty.",
    }.items():
        field = dialog(page).get_by_label(label)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(field).to_have_accessible_description(re.compile(re.escape(words)))
    expect(dialog(page).get_by_label("Search text")).to_be_focused()
    assert "tennis" not in pretend.queries
    dialog(page).get_by_label("Weight").fill("2")
    expect(dialog(page).get_by_label("Weight")).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "..", "🦔" * 101])
def test_what_is_no_name_is_refused(pretend: PretendApi, pretend_url: str, visit: Open, name: str) -> None:
    page = visit(pretend_url, now=NOW).page
    opened(page)
    add(page, name)
    field = name_field(page)
    expect(field).to_have_accessible_description(re.compile("A name has 1 to 100 characters"))
    expect(field).to_be_focused()
    expect(field).to_have_value(name)
    assert len(pretend.queries) == 3


def test_a_query_that_is_watched_already_is_not_overwritten(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.change("chess", weight=7)
    page = visit(pretend_url, now=NOW).page
    opened(page)
    add(page, "chess")
    expect(dialog(page).locator("#q-query-fault")).to_contain_text("is watched already. You can change it in the list")
    assert pretend.settings["chess"].weight == 7


def test_a_double_click_adds_once(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    page = visit(pretend_url, now=NOW).page
    opened(page)
    name_field(page).fill("tennis")
    dialog(page).get_by_role("button", name="Add").dblclick()
    expect(names(page)).to_have_text(["cricket", "chess", "solar eclipse", "tennis"])
    assert pretend.requests.count("/queries/tennis") == 1


@pytest.mark.parametrize("width", WIDTHS)
def test_someone_elses_change_is_shown_and_never_lost(
    pretend: PretendApi, pretend_url: str, visit: Open, width: int
) -> None:
    page = visit(pretend_url, now=NOW, width=width).page
    opened(page)
    press(page, "Change chess")
    weight = dialog(page).get_by_label("Weight")
    weight.fill("2")
    pretend.change("chess", weight=9)
    press(page, "Save")
    expect(said(page)).to_contain_text("meanwhile, so nothing was done. The fields show it as it is now.")
    expect(weight).to_have_value("9")
    assert pretend.settings["chess"].weight == 9
    weight.fill("3")
    press(page, "Save")
    expect(said(page)).to_contain_text("is changed.")
    assert pretend.settings["chess"].weight == 3
    # What was just saved here is known; what another did since is not.
    pretend.change("chess", weight=8)
    press(page, "Remove chess")
    expect(said(page)).to_contain_text("meanwhile, so nothing was done. The list shows it as it is now.")
    expect(rows(page).nth(1)).to_contain_text("weight 8")
    assert "chess" in pretend.queries
    pretend.remove("chess")
    press(page, "Pause chess")
    expect(said(page)).to_contain_text("is not watched any more: someone else removed it.")
    expect(names(page)).to_have_text(["cricket", "solar eclipse"])
    expect(tabs(page)).to_have_text(["cricket", "solar eclipse"])


REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "too many": ({"queries_at_most": 3}, "No more queries can be watched. Remove one before you add another."),
    "wrong password": ({"password": "secret"}, "Only the editor may change what is watched. Try again, and sign in as"),
    "another user": (
        {"failing": {"PUT /queries": ("403 Forbidden", {"status": 403})}},
        "Only the editor may change what is watched.",
    ),
    "busy": (
        {"failing": {"PUT /queries": ("503 Service Unavailable", {"status": 503})}},
        "newsreel's store is busy, so nothing was changed. Try again in a few seconds.",
    ),
    "no editor": (
        {"failing": {"PUT /queries": ("405 Method Not Allowed", {"status": 405})}},
        "This newsreel does not let its queries be changed from here.",
    ),
    "failure": (
        {"failing": {"PUT /queries": ("500 Internal Server Error", {"status": 500, "instance": "r-1"})}},
        "Nothing was changed. newsreel tries again by itself. Its request id is r-1.",
    ),
    "gateway": (
        {"failing": {"PUT /queries": ("502 Bad Gateway", "<h1>Bad gateway</h1>")}},
        "Nothing was changed.",
    ),
}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_has_plain_words(pretend: PretendApi, pretend_url: str, visit: Open, refusal: str) -> None:
    fields, words = REFUSALS[refusal]
    for name, value in fields.items():
        setattr(pretend, name, value)
    # Without a wrong one, Chromium would ask the reader for a password.
    wrong = {"username": "reader", "password": "wrong"}
    page = visit(pretend_url, now=NOW, width=360, http_credentials=wrong).page
    opened(page)
    add(page, "tennis", Weight="3")
    expect(said(page)).to_contain_text(words)
    expect(said(page)).to_be_in_viewport()
    expect(name_field(page)).to_have_value("tennis")
    expect(dialog(page).get_by_label("Weight")).to_have_value("3")
    assert "tennis" not in pretend.queries


def test_who_signs_in_as_editor_may_change(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.password = "secret"
    signed_in = {"username": "editor", "password": "secret"}
    page = visit(pretend_url, now=NOW, http_credentials=signed_in).page
    opened(page)
    add(page, "tennis")
    expect(names(page)).to_have_text(["cricket", "chess", "solar eclipse", "tennis"])


def test_offline_nothing_is_lost(pretend_url: str, visit: Open) -> None:
    seen = visit(pretend_url, now=NOW)
    opened(seen.page)
    seen.context.set_offline(True)
    add(seen.page, "tennis")
    expect(said(seen.page)).to_contain_text("You are offline, so nothing was changed.")
    seen.context.set_offline(False)
    press(seen.page, "Add")
    expect(names(seen.page)).to_have_text(["cricket", "chess", "solar eclipse", "tennis"])


@pytest.mark.parametrize("width", WIDTHS)
def test_the_last_query_leaves_a_page_that_says_what_to_do(
    pretend: PretendApi, pretend_url: str, visit: Open, width: int
) -> None:
    pretend.queries = ["cricket"]
    # The API's caches may tell for some seconds what was watched before.
    pretend.lag = True
    page = visit(pretend_url, now=NOW, width=width).page
    opened(page)
    press(page, "Remove cricket")
    expect(dialog(page).get_by_text("Nothing is watched yet.")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Nothing is watched yet")).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)
    page.get_by_role("button", name="Add a query").click()
    field = name_field(page)
    expect(field).to_be_focused()
    field.fill("tennis")
    page.keyboard.press("Enter")
    expect(tabs(page)).to_have_text(["tennis"])
    expect(page).to_have_url(f"{pretend_url}/?query=tennis")
    page.keyboard.press("Escape")
    pretend.lag = False
    page.clock.fast_forward(10_000)
    expect(page.get_by_role("heading", name="No videos yet")).to_be_visible()


def test_the_first_query_gives_its_place_to_the_next(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.lag = True
    page = visit(pretend_url, now=NOW).page
    opened(page)
    press(page, "Remove cricket")
    expect(page).to_have_url(f"{pretend_url}/?query=chess")
    expect(page).to_have_title("chess · newsreel")
    expect(page.get_by_role("article")).to_have_count(0)


def test_a_query_of_the_address_is_watched_from_there(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    page = visit(f"{pretend_url}/?query=tennis", now=NOW).page
    page.get_by_role("button", name="Watch it").click()
    field = name_field(page)
    expect(field).to_be_focused()
    expect(field).to_have_value("tennis")
    page.keyboard.press("Enter")
    expect(said(page)).to_contain_text("is watched.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="No videos yet")).to_be_visible()
    assert pretend.queries[-1] == "tennis"


@pytest.mark.parametrize("width", WIDTHS)
def test_hostile_names_are_shown_as_they_are(pretend: PretendApi, pretend_url: str, visit: Open, width: int) -> None:
    page = visit(pretend_url, now=NOW, width=width).page
    opened(page)
    for name in HOSTILE:
        add(page, name)
        expect(names(page).last).to_have_text(name)
    assert pretend.queries[3:] == list(HOSTILE)
    assert page.evaluate("document.querySelector('#queries').scrollWidth") <= width
    for name in HOSTILE:
        press(page, f"Pause {name}")
        expect(dialog(page).get_by_role("button", name=f"Resume {name}", exact=True)).to_be_focused()
        press(page, f"Remove {name}")
        expect(said(page)).to_contain_text(name)
    assert pretend.removed == list(HOSTILE)
    assert page.locator("#queries img, #queries h3 *:not(bdi)").count() == 0


def change_one(page: Page) -> None:
    press(page, "Change chess")
    dialog(page).get_by_label("Can be watched in").fill("Germany")
    press(page, "Save")
    expect(dialog(page).locator("[aria-invalid]")).to_be_focused()


def remove_one(page: Page) -> None:
    press(page, "Pause cricket")
    press(page, "Remove chess")
    expect(dialog(page).get_by_role("button", name="Undo")).to_be_focused()


@pytest.mark.parametrize("reach", [change_one, remove_one], ids=["changing", "removed"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_violation(pretend_url: str, visit: Open, reach: Any, width: int) -> None:
    page = visit(pretend_url, now=NOW, width=width, reduced_motion="reduce").page
    opened(page)
    reach(page)
    check_by_axe(page)


def test_the_player_closes_before_the_dialog_covers_it(site: Site, visit: Open) -> None:
    page = visit(site.url, now=START).page
    page.locator("[data-watch]").nth(1).click()
    expect(page.get_by_role("region", name="Player")).to_be_visible()
    opened(page)
    expect(page.get_by_role("region", name="Player")).to_have_count(0)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_real_editor_does_what_the_dialog_says(own_site: Site, visit: Open, width: int) -> None:
    page = visit(own_site.url, now=START, width=width).page
    opened(page)
    add(page, "AC/DC, live", Search_text="ac/dc -cover", Weight="2")
    expect(tabs(page)).to_have_text(["cricket", "chess", "AC/DC, live"])
    own_site.world.run(MINUTE)
    assert "ac/dc -cover" in {call.parameters.get("q") for call in own_site.world.upstream.calls}
    press(page, "Change AC/DC, live")
    dialog(page).get_by_label("Can be watched in").fill("Germany")
    press(page, "Save")
    expect(dialog(page).get_by_text("A country has two letters")).to_be_visible()
    dialog(page).get_by_label("Can be watched in").fill("de")
    press(page, "Save")
    expect(said(page)).to_contain_text("is changed.")
    press(page, "Pause AC/DC, live")
    expect(said(page)).to_contain_text("is paused.")
    query = own_site.world.get("/queries").get_json()["queries"][2]
    assert (query["settings"]["region"], query["settings"]["weight"], query["state"]) == ("DE", 2, "paused")
    press(page, "Remove cricket")
    expect(page).to_have_url(f"{own_site.url}/?query=chess")
    expect(page.locator("[data-watch]").first).to_contain_text("Chess number 0")
    press(page, "Undo")
    expect(page).to_have_url(f"{own_site.url}/?query=cricket")
    expect(page.locator("[data-watch]").first).to_contain_text("Cricket number 0")
    assert [each["query"] for each in own_site.world.get("/queries").get_json()["queries"]] == [
        "chess", "AC/DC, live", "cricket",
    ]  # fmt: skip

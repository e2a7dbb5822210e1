"""The dialog that shows who is told of new videos, and in which that is changed: on the real handlers."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

import functions.editor.app as editor
from local.serving import serving
from newsreel.errors import TargetFailed
from tests.browser.conftest import Open
from tests.browser.test_accessibility import check_by_axe
from tests.world import MINUTE, START, World, clip

WIDTHS = (1440, 390)
HOOK = "https://receiver.test/hook"
DISCORD = "discord://webhook_id/webhook_token"
HOSTILE = "<img src=x onerror=alert(1)> مرحبا"
SIGNED_IN = {"username": "reader", "password": "secret of the readers"}


@dataclass
class Told:
    """A served newsreel of two queries, and what its targets get."""

    world: World
    url: str
    got: list[str] = field(default_factory=list)
    """The targets that a message arrived at."""
    failing: dict[str, str] = field(default_factory=dict)
    """Why messages do not arrive, by target."""

    def send(self, target: Any, _address: Any, _event: Any, _items: Any) -> None:
        """What stands for the notifier's sending."""
        if problem := self.failing.get(target.name):
            raise TargetFailed(problem, sure=True)
        self.got.append(target.name)

    def add(self, name: str, **settings: Any) -> None:
        """Add a target, as another editor would."""
        answer = self.world.client().put(f"/targets/{name}", json={"kind": "webhook", "address": HOOK} | settings)
        assert answer.status_code == 201, answer.get_json()

    def change(self, name: str, **settings: Any) -> None:
        """Change a target, as another editor would."""
        answer = self.world.client().put(f"/targets/{name}", json=settings, headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.get_json()

    def settings(self, name: str) -> dict[str, Any]:
        """A target's settings, as the API tells them."""
        return dict(self.world.get(f"/targets/{name}").get_json())

    def address(self, name: str) -> str:
        """Where a target is told."""
        found = editor.targets().find(name)
        assert found
        return editor.addresses().find(found.address_id, self.world.now).url

    def poll(self, number: int) -> None:
        """Find a new video, and tell of it."""
        self.world.add(clip(number, self.world.now - MINUTE))
        self.world.poll(news=True)
        self.world.settle(MINUTE)


@pytest.fixture
def told(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """Two queries, polled at noon, of which nobody is told."""
    world.configure(QUERIES="cricket,chess", PACING="fixed", POLL_INTERVAL_SECONDS="60")
    world.add(clip(0, START - 10 * MINUTE))
    world.now -= MINUTE
    world.run(MINUTE)
    with serving(world.front()) as url:
        made = Told(world, url)
        monkeypatch.setattr("functions.notifier.app.send", made.send)
        yield made


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Who is told of new videos")


def opened(page: Page) -> Locator:
    """The dialog, once it shows who is told."""
    expect(page.get_by_text("Last poll")).to_be_visible()
    page.get_by_role("button", name="Who is told").click()
    expect(dialog(page)).to_be_visible()
    expect(dialog(page).locator("#target-unknown")).to_be_hidden()
    return dialog(page)


def names(page: Page) -> Locator:
    return dialog(page).get_by_role("heading", level=3)


def row(page: Page, name: str) -> Locator:
    return dialog(page).get_by_role("listitem").filter(has=page.get_by_role("heading", name=name, exact=True))


def said(page: Page) -> Locator:
    return dialog(page).get_by_role("status")


def press(page: Page, label: str) -> None:
    dialog(page).get_by_role("button", name=label, exact=True).click()


def fill(page: Page, **values: str) -> None:
    """Fill the form's fields, by their labels, spaces as `_`."""
    for label, value in values.items():
        dialog(page).get_by_label(label.replace("_", " "), exact=True).fill(value)


def secret(page: Page) -> Locator:
    return dialog(page).get_by_role("textbox", name="Secret")


def fits(page: Page) -> bool:
    """Whether nothing is to be scrolled to sideways."""
    return bool(
        page.evaluate(
            "[document.documentElement, document.querySelector('#targets')]"
            ".every(({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth)"
        )
    )


@pytest.mark.parametrize("width", WIDTHS)
def test_a_chat_is_added(told: Told, visit: Open, width: int) -> None:
    seen = visit(told.url, now=START, width=width)
    page = seen.page
    expect(page.get_by_text("Last poll")).to_be_visible()
    assert not [url for url in seen.requests if "/targets" in url]
    opened(page)
    expect(dialog(page)).to_contain_text("Nobody is told yet. A target is told of new videos as they are found")
    assert fits(page)
    press(page, "Add a target")
    expect(dialog(page).get_by_label("Name", exact=True)).to_be_focused()
    fill(page, Name=" team  chat ", Address=DISCORD)
    expect(dialog(page).get_by_label("Address")).to_have_attribute("type", "password")
    dialog(page).get_by_role("checkbox", name="chess").check()
    page.get_by_text("Only some of their videos").click()
    fill(page, With_these_words="world cup", Without_one_of_these_words="highlights", Minutes_at_least="4")
    dialog(page).get_by_label("Shorts").select_option(label="No Shorts")
    expect(dialog(page).get_by_label("By the clock of")).to_be_hidden()
    dialog(page).get_by_label("When", exact=True).select_option(label="Once a day")
    expect(dialog(page).get_by_label("By the clock of")).to_have_value("UTC")
    dialog(page).get_by_label("At", exact=True).select_option(label="19:00")
    fill(page, By_the_clock_of="Asia/Kolkata", Language_of_times="hi")
    assert fits(page)
    check_by_axe(page, "#targets")
    press(page, "Save")
    expect(said(page)).to_contain_text("is added. It is told of what is found from the next minute on.")
    expect(row(page, "team chat")).to_contain_text("New")
    expect(row(page, "team chat")).to_contain_text("“\u2068chess\u2069” · daily at 19:00, Asia/Kolkata")
    expect(row(page, "team chat")).to_contain_text(
        "Filters: with “\u2068world cup\u2069”, without “\u2068highlights\u2069”, 4 min or more, no Shorts"
    )
    expect(row(page, "team chat")).to_contain_text("Not told of any video yet")
    expect(dialog(page).get_by_role("button", name="Add a target")).to_be_focused()
    expect(secret(page)).to_be_hidden()
    assert told.settings("team chat") == {
        "target": "team chat",
        "kind": "apprise",
        "queries": ["chess"],
        "filters": {"search": "world cup", "exclude": "highlights", "min_duration": "240", "shorts": "none"},
        "language": "hi",
        "digest": "daily",
        "digest_hour": 19,
        "zone": "Asia/Kolkata",
        "paused": False,
    }
    assert told.address("team chat") == DISCORD
    press(page, "Add a target")
    expect(dialog(page).get_by_label("Address")).to_have_value("")


def test_a_webhook_is_added_and_its_secret_shown_once(told: Told, visit: Open) -> None:
    told.add("team chat", kind="apprise", address=DISCORD)
    page = visit(told.url, now=START, width=390, permissions=["clipboard-read", "clipboard-write"]).page
    opened(page)
    press(page, "Add a target")
    fill(page, Name=HOSTILE, Address=HOOK)
    dialog(page).get_by_role("radio", name="Webhook").check()
    expect(dialog(page).get_by_label("Address")).to_have_accessible_description(re.compile("It gets JSON by POST"))
    page.keyboard.press("Enter")
    expect(names(page)).to_have_text([HOSTILE, "team chat"])
    expect(row(page, HOSTILE)).to_contain_text("Webhook · all queries · at once")
    expect(secret(page)).to_have_value(re.compile(r"^[\w+/=-]{40,}$"))
    given = secret(page).input_value()
    expect(dialog(page).get_by_role("button", name="Copy")).to_be_focused()
    assert fits(page)
    check_by_axe(page, "#targets")
    press(page, "Copy")
    expect(said(page)).to_contain_text("The secret is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == given
    # What cannot be shown again does not go by a click beside the dialog.
    dialog(page).dispatch_event("click")
    expect(secret(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Who is told")).to_be_focused()
    opened(page)
    expect(names(page)).to_have_text([HOSTILE, "team chat"])
    expect(secret(page)).to_be_hidden()
    assert given not in page.content()
    assert page.evaluate("document.querySelector('#target-secret input').value") == ""
    assert page.locator("#targets img").count() == 0


@pytest.mark.parametrize("width", WIDTHS)
def test_each_fault_stands_beside_its_field(told: Told, visit: Open, width: int) -> None:
    told.add("hook")
    page = visit(told.url, now=START, width=width).page
    opened(page)
    press(page, "Add a target")
    dialog(page).get_by_role("radio", name="Webhook").check()

    def refused(**words: str) -> None:
        press(page, "Save")
        for label, text in words.items():
            wrong = dialog(page).get_by_label(label.replace("_", " "), exact=True)
            expect(wrong).to_have_accessible_description(re.compile(text))
            expect(wrong).to_have_attribute("aria-invalid", "true")
        expect(dialog(page).locator("[aria-invalid]")).to_have_count(len(words))
        expect(dialog(page).locator("[aria-invalid]").first).to_be_focused()

    fill(page, Name="a/b")
    refused(Name="A name has 1 to 50 characters without slashes")
    fill(page, Name="hook")
    refused(Name="is there already. You can change it in the list below.")
    fill(page, Name="another")
    refused(Address="An https URL of at most 1,000 characters")
    fill(page, Address="receiver.test", Language_of_times="7")
    dialog(page).get_by_label("When", exact=True).select_option(label="Once a day")
    fill(page, By_the_clock_of="Mars")
    refused(Address="An https URL", Language_of_times="A language's code", By_the_clock_of="The name of a time zone")
    fill(page, Address=HOOK, Language_of_times="de", By_the_clock_of="UTC")
    page.get_by_text("Only some of their videos").click()
    fill(page, With_these_words="x", Minutes_at_least="many")
    # It opens by itself where something in it is wrong.
    page.get_by_text("Only some of their videos").click()
    refused(With_these_words="with a word of two letters", Minutes_at_least="Minutes from 0 to 10,080")
    check_by_axe(page, "#targets")
    fill(page, With_these_words="xy", Minutes_at_least="5", Minutes_at_most="4")
    refused(Minutes_at_most="the most not fewer than the least")
    fill(page, Minutes_at_most="6")
    press(page, "Save")
    expect(names(page)).to_have_text(["another", "hook"])
    assert told.settings("another")["filters"] == {"search": "xy", "min_duration": "300", "max_duration": "360"}


def test_a_target_is_changed_with_what_it_was_in_the_fields(told: Told, visit: Open) -> None:
    settings = {"filters": {"live": "none", "max_duration": 90}, "digest": "hourly", "queries": ["chess", "go"]}
    told.add("hook", **settings, paused=True)
    before = told.settings("hook")
    page = visit(told.url, now=START).page
    opened(page)
    expect(row(page, "hook")).to_contain_text("Paused")
    press(page, "Change hook")
    address = dialog(page).get_by_label("Address")
    expect(address).to_be_focused()
    expect(address).to_have_value("")
    expect(address).to_have_attribute("placeholder", "Stays as it is")
    expect(dialog(page).get_by_label("Name", exact=True)).to_be_hidden()
    expect(dialog(page).get_by_label("Minutes at most")).to_have_value("1.5")
    expect(dialog(page).get_by_role("checkbox", name="go")).to_be_checked()
    dialog(page).get_by_role("checkbox", name="Paused").uncheck()
    press(page, "Save")
    expect(said(page)).to_contain_text("is changed.")
    expect(dialog(page).get_by_role("button", name="Change hook")).to_be_focused()
    expect(row(page, "hook")).to_contain_text("New")
    expect(secret(page)).to_be_hidden()
    assert told.settings("hook") == before | {"paused": False}
    assert told.address("hook") == HOOK
    press(page, "Change hook")
    fill(page, Address=f"{HOOK}/2")
    expect(address).to_have_accessible_description(re.compile("it gets a new secret"))
    press(page, "Save")
    expect(secret(page)).to_be_visible()
    assert told.address("hook") == f"{HOOK}/2"
    press(page, "I have it")
    expect(secret(page)).to_be_hidden()


def test_someone_elses_change_is_shown_and_never_lost(told: Told, visit: Open) -> None:
    told.add("hook")
    page = visit(told.url, now=START).page
    opened(page)
    press(page, "Change hook")
    language = dialog(page).get_by_label("Language of times")
    language.fill("de")
    told.change("hook", language="fr")
    press(page, "Save")
    expect(said(page)).to_contain_text("meanwhile, so nothing was done. The fields show it as it is now.")
    expect(language).to_have_value("fr")
    language.fill("hi")
    press(page, "Save")
    expect(said(page)).to_contain_text("is changed.")
    assert told.settings("hook")["language"] == "hi"
    assert told.world.client().delete("/targets/hook", headers={"If-Match": "*"}).status_code == 204
    press(page, "Change hook")
    press(page, "Save")
    expect(said(page)).to_contain_text("is not told any more: someone else removed it.")
    expect(dialog(page)).to_contain_text("Nobody is told yet.")
    expect(dialog(page).get_by_role("button", name="Add a target")).to_be_visible()


def test_a_target_is_removed_only_after_a_question(told: Told, visit: Open) -> None:
    told.add("hook")
    page = visit(told.url, now=START).page
    opened(page)
    press(page, "Remove hook")
    expect(said(page)).to_contain_text("its address and what waits for it? This cannot be undone.")
    expect(dialog(page).get_by_role("button", name="Keep it")).to_be_focused()
    press(page, "Keep it")
    expect(dialog(page).get_by_role("button", name="Remove hook")).to_be_focused()
    press(page, "Remove hook")
    press(page, "Remove")
    expect(said(page)).to_contain_text("is removed, and told no more.")
    expect(names(page)).to_have_count(0)
    expect(dialog(page)).to_contain_text("Nobody is told yet.")
    assert told.world.get("/targets").get_json() == {"targets": []}


@pytest.mark.parametrize("width", WIDTHS)
def test_how_targets_fare_is_shown_and_a_test_says_what_came_of_it(told: Told, visit: Open, width: int) -> None:
    told.add("chat", kind="apprise", address=DISCORD)
    told.add("hook")
    told.failing["hook"] = "it answered 500"
    told.world.now += MINUTE
    told.poll(1)
    page = visit(told.url, now=told.world.now, width=width).page
    problems = page.get_by_role("list", name="Problems")
    expect(problems).to_contain_text("1 of 2 targets cannot be told; hook, since")
    opened(page)
    expect(row(page, "chat")).to_contain_text("OK")
    expect(row(page, "chat")).to_contain_text(re.compile(r"Told of 1 video, the last \d+ (second|minute)s? ago"))
    expect(row(page, "hook")).to_contain_text("Failing")
    expect(row(page, "hook")).to_contain_text(re.compile(r"Failing since \d\d:\d\d: it answered 500\."))
    assert fits(page)
    for name, words in {"chat": "arrived.", "hook": "failed: it answered 500."}.items():
        with page.expect_response(lambda response: response.request.method == "PUT") as sent:
            press(page, f"Send a test to {name}")
        assert sent.value.status == 202
        expect(row(page, name)).to_contain_text("The test is on its way…")
        told.world.settle(timedelta(seconds=10))
        expect(said(page)).to_contain_text(re.compile(rf"The test to .*{name}.* {re.escape(words)}"))
        expect(row(page, name)).to_contain_text(re.compile(rf"Test of \d\d:\d\d {re.escape(words)}"))
    assert told.got == ["chat", "chat"]
    check_by_axe(page, "#targets")


def test_a_reader_sees_all_and_is_told_who_may_change_it(told: Told, visit: Open) -> None:
    told.add("hook")
    told.world.set_passwords(reader=SIGNED_IN["password"], editor="another")
    told.world.configure(ACCESS="private")
    page = visit(told.url, now=START, http_credentials=SIGNED_IN).page
    opened(page)
    expect(row(page, "hook")).to_contain_text("Webhook · all queries · at once")
    press(page, "Remove hook")
    press(page, "Remove")
    expect(said(page)).to_contain_text("Only the editor may change who is told. Try again, and sign in as “editor”")
    press(page, "Send a test to hook")
    expect(said(page)).to_contain_text("Only the editor may change who is told.")
    press(page, "Add a target")
    fill(page, Name="chat", Address=DISCORD)
    press(page, "Save")
    expect(said(page)).to_contain_text("Only the editor may change who is told.")
    expect(dialog(page).get_by_label("Name", exact=True)).to_have_value("chat")
    assert (
        json.loads(page.evaluate("fetch('targets').then((answer) => answer.text())"))["targets"][0]["target"] == "hook"
    )

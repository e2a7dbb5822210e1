"""A walk through the whole dashboard, on whatever system there is.

NEWSREEL_URL names a running one, such as that of `make run` or `make sam-api`; otherwise it is the tests' own.
"""

import os
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.world import START


@pytest.fixture(scope="module")
def system(request: pytest.FixtureRequest) -> Iterator[tuple[str, datetime | None]]:
    """Where the dashboard is, and its time if that stands still."""
    # Containers take their time.
    expect.set_options(timeout=30_000)
    named = os.environ.get("NEWSREEL_URL")
    yield (named.rstrip("/"), None) if named else (request.getfixturevalue("site").url, START)
    expect.set_options(timeout=5_000)


def first(page: Page) -> str:
    """The title that comes first, once there is one."""
    link = page.locator("[data-watch]").first
    expect(link).to_be_visible()
    return link.inner_text()


@pytest.mark.parametrize("width", [1440, 768, 375])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_walk(system: tuple[str, datetime | None], visit: Open, width: int, scheme: Literal["light", "dark"]) -> None:
    url, now = system
    seen = visit(url, width=width, scheme=scheme, now=now)
    page = seen.page

    newest = first(page)
    expect(page.get_by_role("region", name="Status").locator("rect")).to_have_count(24)
    own = [request.removeprefix(url) for request in seen.requests if request.startswith(url)]
    assert own[:2] == ["/", "/videos?page_size=24"]

    page.locator("[data-watch]").first.click()
    expect(page.locator("iframe")).to_have_attribute("src", re.compile("^https://www.youtube-nocookie.com/embed/"))
    expect(page.locator(".description")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(page.locator("iframe")).not_to_be_attached()

    page.get_by_label("Order").select_option("oldest")
    expect(page).to_have_url(re.compile("order=oldest"))
    expect(page.locator("body:not(.loading) [data-watch]").first).not_to_have_text(newest)
    page.go_back()
    expect(page.locator("[data-watch]").first).to_have_text(newest)

    page.get_by_role("button", name="Table").click()
    expect(page.get_by_role("table")).to_be_visible()
    header = page.get_by_role("columnheader", name="Title")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("button", name="Cards").click()

    page.get_by_role("article").first.locator("button.channel").click()
    chip = page.get_by_role("button", name=re.compile("^Only channel"))
    expect(chip).to_be_visible()
    expect(page.locator("body:not(.loading)")).to_be_attached()
    channels = set(page.locator("article .channel").all_inner_texts())
    assert len(channels) == 1
    page.reload()
    expect(chip).to_be_visible()
    chip.click()
    expect(chip).not_to_be_visible()

    page.get_by_role("button", name="Any time").click()
    page.get_by_role("button", name="Last 30 days").click()
    expect(page).to_have_url(re.compile("range=30d"))

    page.get_by_role("searchbox").fill("zzzzzz")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.locator("[data-watch]").first).to_be_visible()

    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.locator("#more-text")).to_have_text(re.compile(r"^(That is all: |(?!24)\d+ videos loaded)"))
    assert page.evaluate("document.documentElement.scrollWidth") <= width

"""axe-core finds nothing to object to, in any state, at any width, in light and dark.

The player's states are judged in `test_playing`: its frame needs a process of its own.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import axe_playwright_python  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Site
from tests.world import START

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
"""Every rule is asked: WCAG 2.2 A and AA, and what axe-core calls best practice."""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = [1440, 768, 375]

type Reach = Callable[[Page], None]


def check_by_axe(page: Page, part: str = "html") -> None:
    """In light and in dark. `part`: a selector of what is judged; axe-core takes what a dialog covers for seen."""
    if not page.evaluate("window.axe !== undefined"):
        page.evaluate(AXE)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        asked = "part => axe.run(part, { resultTypes: ['violations'] }).then(({ violations }) => violations)"
        violations = page.evaluate(asked, part)
        assert [(scheme, found["id"], found["nodes"][0]["html"]) for found in violations] == []


def check_state(site: Site, visit: Open, width: int, address: str, reach: Reach) -> None:
    """The same of a state of the real page."""
    page = visit(f"{site.url}/{address}", now=START, width=width, reduced_motion="reduce").page
    expect(page.locator("[data-watch]").first).to_be_visible()
    reach(page)
    check_by_axe(page)


def choosing_dates(page: Page) -> None:
    page.locator("#dates-button").click()
    expect(page.get_by_role("dialog", name="Published")).to_be_visible()


def reading_help(page: Page) -> None:
    page.get_by_role("button", name="Keyboard and feeds").click()
    expect(page.get_by_role("dialog", name="Keyboard and feeds")).to_be_visible()


def with_nothing_found(page: Page) -> None:
    page.get_by_role("searchbox").fill("unheard")
    expect(page.get_by_text("Nothing matches")).to_be_visible()


def just_looking(page: Page) -> None:
    expect(page.get_by_text("Last poll")).to_be_visible()


# The query with few videos has one of each kind, too; it is by their number that axe takes its time.
STATES: dict[str, tuple[str, Reach]] = {
    "cards": ("?query=chess", just_looking),
    "table": ("?query=chess&view=table&sort=-length", just_looking),
    "filters": ("?live=live&range=24h&search=whole&channel_id=UC0000000000000000000003", just_looking),
    "dates": ("?query=chess", choosing_dates),
    "help": ("?query=chess", reading_help),
    "nothing": ("?query=chess", with_nothing_found),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_no_violation(site: Site, visit: Open, state: str, width: int) -> None:
    check_state(site, visit, width, *STATES[state])

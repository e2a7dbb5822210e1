"""`python -m tests.browser.screenshot [URL]`: draws docs/dashboard.png of what a running `make run` shows."""

import sys
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import launched

TARGET = Path(__file__).parents[2] / "docs" / "dashboard.png"
URL = "http://127.0.0.1:3000/"


def main(url: str = URL) -> None:
    """Write the picture."""
    with launched() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(url)
        expect(page.locator(".thumb.loaded")).to_have_count(24)
        expect(page.get_by_text("Last poll")).to_be_visible()
        page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished))")
        page.screenshot(path=TARGET)
    sys.stderr.write(f"newsreel: {TARGET.name} is drawn; next: look at it, and git diff --stat\n")


if __name__ == "__main__":
    main(*sys.argv[1:])

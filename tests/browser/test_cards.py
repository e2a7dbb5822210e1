"""What cards and rows say of a video: its counts, when it starts, which queries found it; and the tab of all."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import HEIGHTS, Open
from tests.browser.pretend_api import PretendApi, video
from tests.browser.test_filters import no_violation

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def made(number: int, **changes: Any) -> dict[str, Any]:
    return video(100 - number, NOW - timedelta(minutes=number), **changes)


@pytest.fixture
def pretend() -> PretendApi:
    """Videos with all kinds of counts and starts; some that two queries found, one that only the second did."""
    listed = [
        made(1, view_count=1204, like_count=96, refreshed_at="2026-11-23T11:02:40Z"),
        made(2, view_count=3_412_345, like_count=120_456, fetched_at="2026-11-22T11:02:40Z"),
        made(3, view_count=1, like_count=None),
        made(4, view_count=None, like_count=None),
        made(5, live="upcoming", starts_at="2026-11-23T14:30:00Z", view_count=None, like_count=None),
        made(6, live="upcoming", starts_at="2026-11-25T09:00:00Z"),
        made(7, live="upcoming", starts_at="2026-11-23T11:55:00Z"),
        made(8, live="upcoming", starts_at=None, title="Announced " * 30, embeddable=False),
    ]
    own = made(9, query="chess", title="Only chess")
    return PretendApi([*listed, own, *(each | {"query": "chess"} for each in listed[:2])])


def item(page: Page, number: int) -> Any:
    return page.locator(f"[data-index='{number - 1}']")


def test_counts_are_short_to_see_and_exact_to_hear(pretend_url: str, visit: Open) -> None:
    page = visit(f"{pretend_url}/?view=table", now=NOW).page
    counts = item(page, 1).locator(".counts")
    expect(counts.locator("[aria-hidden]")).to_have_text(["1.2K views", "96 likes"])
    page.get_by_role("button", name="Cards").click()
    expect(counts.locator("[aria-hidden]")).to_have_text(["1.2K views", "96 likes"])
    expect(counts.locator(".sr-only")).to_have_text("1,204 views, 96 likes, read at 11:02")
    expect(counts).to_have_attribute("title", "1,204 views and 96 likes, read Monday, 23 November 2026 at 11:02:40 UTC")
    second = item(page, 2).locator(".counts")
    expect(second.locator("[aria-hidden]")).to_have_text(["3.4M views", "120.5K likes"])
    expect(second.locator(".sr-only")).to_have_text("3,412,345 views, 120,456 likes, read at 22 Nov, 11:02")
    expect(item(page, 3).locator(".counts [aria-hidden]")).to_have_text(["1 view"])
    expect(item(page, 4).locator(".counts")).to_be_empty()
    item(page, 1).locator("[data-watch]").click()
    expect(page.get_by_role("region", name="Player")).to_contain_text("1,204 views, 96 likes, read at 11:02")
    # The table sorts by nothing that YouTube counts.
    assert page.locator("th[data-sort]").evaluate_all("all => all.map((each) => each.dataset.sort)") == [
        "title", "channel", "published", "found", "length",
    ]  # fmt: skip


def test_what_is_announced_says_when_it_starts(pretend_url: str, visit: Open) -> None:
    page = visit(pretend_url, now=NOW).page
    start = item(page, 5).locator(".when time")
    expect(start).to_have_text("starts in 2 hours, 14:30")
    expect(start).to_have_attribute("title", "Starts Monday, 23 November 2026 at 14:30:00 UTC")
    expect(item(page, 6).locator(".when time")).to_have_text("starts in 1 day, 25 Nov, 09:00")
    expect(item(page, 7).locator(".when time")).to_have_text("was to start 5 minutes ago, 11:55")
    expect(item(page, 8).locator(".when time")).to_have_text("announced 8 minutes ago")
    page.clock.fast_forward(3_600_000)
    expect(start).to_have_text("starts in 1 hour, 14:30")
    page.get_by_role("button", name="Table").click()
    starts = item(page, 5).locator(".starts")
    expect(starts).to_have_text("starts in 1h, 14:30")
    expect(item(page, 8).locator(".starts")).not_to_be_visible()
    page.clock.fast_forward(3_600_000)
    expect(starts).to_have_text("starts in 29m, 14:30")
    badge = item(page, 5).locator(".c-length")
    expect(badge).to_have_text("Upcoming")
    for width in (1440, 1110, 768):
        page.set_viewport_size({"width": width, "height": 900})
        assert badge.evaluate("cell => cell.scrollWidth <= cell.clientWidth"), width


def test_all_queries_stand_together(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    page = visit(pretend_url, now=NOW).page
    all_tab = page.get_by_role("navigation", name="Watched queries").get_by_role("link", name="All")
    expect(item(page, 1).locator(".found-by")).not_to_be_visible()
    all_tab.click()
    expect(page).to_have_url(re.compile(r"\?query=\*|\?query=%2A"))
    expect(all_tab).to_have_attribute("aria-current", "page")
    expect(page).to_have_title("All queries · newsreel")
    expect(page.locator("#more-text")).to_have_text("That is all: 9 videos")
    found_by = item(page, 1).locator(".found-by")
    expect(found_by).to_have_text("Found by cricket, chess")
    expect(found_by).to_have_attribute("title", "Found by cricket, chess")
    expect(item(page, 9).locator(".found-by")).to_have_text("Found by chess")
    expect(page.get_by_role("region", name="Status")).to_contain_text("searches left today")
    expect(page.locator("#spark")).not_to_be_visible()
    page.get_by_role("button", name="Table").click()
    page.reload()
    expect(item(page, 9).locator(".found-by")).to_have_text("Found by chess")
    expect(page.get_by_role("region", name="Status")).to_contain_text("searches left today")
    pretend.videos.insert(0, made(0, query="solar eclipse"))
    page.clock.fast_forward(61_000)
    page.get_by_role("button", name="1 new video").click()
    expect(item(page, 1).locator(".found-by")).to_have_text("Found by solar eclipse")
    page.get_by_role("link", name="cricket", exact=True).click()
    expect(page.locator("#spark")).to_be_visible()
    expect(item(page, 1).locator(".found-by")).not_to_be_visible()


def test_one_query_needs_no_tab_of_all(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.queries = ["cricket"]
    page = visit(pretend_url, now=NOW).page
    expect(page.get_by_role("navigation", name="Watched queries").get_by_role("link")).to_have_text(["cricket"])


def test_the_little_picture_says_what_it_counts(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    now = datetime.now(UTC).replace(minute=30, second=0, microsecond=0)
    # Found only just, but published two hours ago.
    pretend.videos[:] = [video(1, now - timedelta(hours=2), first_seen_at=now.strftime("%Y-%m-%dT%H:%M:%SZ"))]
    page = visit(pretend_url).page
    strip = page.get_by_role("region", name="Status")
    expect(strip).to_contain_text("1 published in 24 h, by newsreel's count")
    expect(strip.get_by_role("img")).to_have_accessible_name(
        "Published in the last 24 hours: 1 video, at most 1 in an hour"
    )
    expect(strip.locator("rect:not(.none)")).to_have_text(re.compile(r": 1 video published$"))


def test_axe_finds_no_violation_and_nothing_is_too_wide(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.queries[1] = "a query with a long name that goes on and on"
    for each in pretend.videos[9:]:
        each["query"] = pretend.queries[1]
    page = visit(f"{pretend_url}/?query=*", now=NOW, reduced_motion="reduce").page
    for name in ("Cards", "Table"):
        page.get_by_role("button", name=name).click()
        expect(item(page, 1).locator(".found-by")).to_be_visible()
        for width in (1440, 768, 390):
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            no_violation(page)
            heights = page.locator("[data-index]").evaluate_all("all => all.map((each) => each.offsetHeight)")
            assert len(set(heights)) == 1

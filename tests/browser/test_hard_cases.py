"""What the dashboard makes of malice, masses, failures and absence."""

import json
import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from local.serving import serving
from tests.browser.conftest import THUMBNAIL, Open, png
from tests.browser.pretend_api import Json, PretendApi, video, videos

MOTION = True
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "\"'><svg/onload=alert(3)>",
    "&lt;b&gt;bold&lt;/b&gt; &amp;amp;",
    "{{constructor.constructor('alert(4)')()}} ${alert(5)}",
    "\u202eright to left\u202d \u2066isolated",
    "unbroken" * 500,
    "Z" + "\u0351\u0352\u0353" * 200 + "algo",
    "line\none\r\nline\ttwo\u2028three\0",
    "javascript:alert(6)",
)
LONGEST_TASK = 0.2
"""Seconds of processor time."""


def test_hostile_texts_are_shown_as_they_are(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.videos[:] = [
        video(
            number,
            NOW - timedelta(minutes=number),
            title=text,
            description=text,
            channel_title=text[:300],
            url="javascript:alert(7)",
            thumbnails={
                "one": {"url": "javascript:alert(8)", "width": 320, "height": 180},
                "two": {"url": "https://tracker.example/pixel.gif", "width": 480, "height": 360},
                "three": {"url": "/relative.jpg", "width": None, "height": None},
            },
        )
        for number, text in enumerate(HOSTILE)
    ]
    pretend.queries[1:] = HOSTILE[:3]
    seen = visit(pretend_url, now=NOW)
    links = seen.page.locator("[data-watch]")
    expect(links).to_have_count(len(HOSTILE))
    assert links.evaluate_all("links => links.map((link) => link.textContent)") == list(HOSTILE)
    assert links.evaluate_all("links => links.every((link) => link.href.startsWith('https://www.youtube.com/'))")
    heights = seen.page.get_by_role("article").evaluate_all("cards => cards.map((card) => card.offsetHeight)")
    assert len(set(heights)) == 1
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 1440
    for number in range(len(HOSTILE)):
        links.nth(number).click()
        player = seen.page.get_by_role("region", name="Player")
        expect(player.locator(".description")).not_to_be_empty()
        assert player.locator("h2").evaluate("heading => heading.textContent") == HOSTILE[number]
    hosts = {url.split("/")[2] for url in seen.requests if url.startswith("http")}
    assert hosts <= {pretend_url.split("/")[2], "i.ytimg.com", "www.youtube-nocookie.com"}
    # `visit` fails the test if a script ran: alerts are exceptions of the policy, which the console tells.
    assert seen.page.locator("article script, article svg[onload], .description *").count() == 0


@contextmanager
def traced(browser: Browser, page: Page, trace: Path, tasks: list[float]) -> Iterator[None]:
    """Adds the processor times of the block's tasks on the page's main thread, in seconds."""
    browser.start_tracing(page=page, path=trace, categories=["toplevel"])
    yield
    browser.stop_tracing()
    events: list[Json] = json.loads(trace.read_text())["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"]["name"] == "CrRendererMain"
    }
    tasks += (
        event["tdur"] / 1e6
        for event in events
        if "RunTask" in event["name"] and "tdur" in event and (event["pid"], event["tid"]) in mains
    )


PICTURES_AT_HAND = f"""
  const image = HTMLImageElement.prototype;
  const source = Object.getOwnPropertyDescriptor(image, "src");
  const data = "data:image/png;base64,{b64encode(THUMBNAIL).decode()}";
  Object.defineProperty(image, "srcset", {{ set() {{}} }});
  Object.defineProperty(image, "src", {{ get: source.get, set() {{ source.set.call(this, data); }} }});
"""
"""Ten thousand pictures by way of the test would take minutes, all of them the test's own work."""
SCROLL = """async ([wanted, step]) => {
  for (;;) {
    scrollBy(0, step);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    const loaded = document.querySelector("#more-text").textContent.replaceAll(",", "");
    if (Number.parseInt(loaded) >= wanted) return;
    const below = document.documentElement.scrollHeight - scrollY - innerHeight;
    if (loaded.startsWith("That is all") && below <= 4) return;
  }
}"""
"""Until so many videos are loaded, or all of them and the end is on the screen; so many pixels at a time."""


@pytest.mark.long
def test_ten_thousand_videos_stay_light(
    pretend: PretendApi, pretend_url: str, visit: Open, browser: Browser, tmp_path: Path
) -> None:
    pretend.videos[:] = videos(10_000)
    seen = visit("about:blank")
    page = seen.page
    page.add_init_script(PICTURES_AT_HAND)
    page.goto(f"{pretend_url}/?page_size=50")
    expect(page.locator("[data-watch]").first).to_be_visible()
    session = seen.context.new_cdp_session(page)
    session.send("Performance.enable")

    def measured() -> dict[str, float]:
        session.send("HeapProfiler.collectGarbage")
        metrics = session.send("Performance.getMetrics")["metrics"]
        return {metric["name"]: metric["value"] for metric in metrics}

    def screen(height: int) -> None:
        page.set_viewport_size({"width": 1440, "height": height})

    def switch(view: str) -> None:
        page.get_by_role("button", name=view).click()
        expect(page.locator("[data-watch]").first).to_be_visible()

    def is_light(before: dict[str, float]) -> None:
        page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 3)")
        # What was taken off the page can be collected when the page has come to rest.
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestIdleCallback(done)))")
        after = measured()
        assert page.locator("[data-watch]").count() < 120
        assert after["Nodes"] < before["Nodes"] + 3_000
        assert after["JSHeapUsedSize"] < before["JSHeapUsedSize"] + 20e6

    cards = measured()
    switch("Table")
    table = measured()
    page.set_default_timeout(300_000)
    tasks: list[float] = []
    # What is collected where memory is measured is no task of the page's.
    with traced(browser, page, tmp_path / "trace.json", tasks):
        # Where no graphics card does it, drawing whole screens of pictures that fade in takes longer than all else
        # together: the last two thousand are drawn so, when the page has the most to carry.
        page.emulate_media(reduced_motion="reduce")
        screen(300)
        page.evaluate(SCROLL, [5_000, 4_000])
        switch("Cards")
        page.evaluate(SCROLL, [8_000, 4_000])
        page.emulate_media(reduced_motion="no-preference")
        screen(900)
        page.evaluate(SCROLL, [10_000, 4_000])
        expect(page.get_by_text("That is all: 10,000 videos")).to_be_visible()
    is_light(cards)
    with traced(browser, page, tmp_path / "trace.json", tasks):
        switch("Table")
        page.evaluate("scrollTo(0, 0)")
        page.evaluate(SCROLL, [10_000, 20_000])
        page.get_by_role("columnheader", name="Title").get_by_role("button").click()
        expect(page.locator("[data-watch]").first).to_be_visible()
    is_light(table)
    assert len(tasks) > 1000
    assert max(tasks) < LONGEST_TASK


def fail(status: str, **problem: object) -> tuple[str, Json | str]:
    return status, {"type": "about:blank", "title": status[4:], "status": int(status[:3]), **problem}


def notice(page: Page) -> str:
    """What stands in place of the videos."""
    region = page.locator("#notice")
    expect(region).to_be_visible()
    return region.inner_text()


def test_a_failing_store_is_said_and_recovered_from(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.failing["/videos"] = fail("503 Service Unavailable", detail="The store does not answer.", instance="req-1")
    page = visit(pretend_url).page
    assert "newsreel's store is busy" in notice(page)
    assert "req-1" in notice(page)
    del pretend.failing["/videos"]
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("article").first).to_be_visible()
    expect(page.locator("#notice")).not_to_be_visible()


def test_a_failing_store_is_asked_again_without_a_click(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.failing["/videos"] = fail("500 Internal Server Error")
    page = visit(pretend_url, now=datetime.now(UTC)).page
    assert "Something went wrong" in notice(page)
    pretend.failing.clear()
    page.clock.fast_forward(60_000)
    expect(page.get_by_role("article").first).to_be_visible()


def test_a_gateways_own_page_is_never_shown(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    for status in ("502 Bad Gateway", "200 OK"):
        pretend.failing["/videos"] = (status, "<html><body><h1>Traceback (most recent call last)</h1></body></html>")
        page = visit(pretend_url).page
        assert "Try again" in notice(page)
        assert not re.search(r"Traceback|<|html", page.locator("body").inner_text())


def test_a_page_that_fails_later_can_be_asked_for_again(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.videos[:] = videos(120)
    pretend.failing["/videos?cursor="] = fail("503 Service Unavailable")
    page = visit(pretend_url).page
    expect(page.get_by_role("article").first).to_be_visible()
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.locator("#more-text")).to_contain_text("newsreel's store is busy")
    expect(page.get_by_role("article").first).to_be_visible()
    pretend.failing.clear()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#more-text")).to_have_text(re.compile(r"^(48|72) videos loaded"))


def test_a_refused_view_says_why(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    errors = [{"parameter": "channel_id", "value": "a b", "detail": "must be a channel's id"}]
    pretend.failing["/videos?channel_id"] = fail("400 Bad Request", detail="channel_id: …", errors=errors)
    page = visit(f"{pretend_url}/?channel_id=a+b").page
    assert "This view cannot be shown" in notice(page)
    assert "channel_id “a b”: must be a channel's id" in notice(page)
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("article").first).to_be_visible()


def test_a_query_that_is_not_watched(pretend_url: str, visit: Open) -> None:
    page = visit(f"{pretend_url}/?query=knitting").page
    assert "“knitting” is not watched" in notice(page)
    page.get_by_role("button", name="Show the first query").click()
    expect(page.get_by_role("article").first).to_be_visible()


def test_addresses_full_of_nonsense_show_the_usual_page(pretend_url: str, visit: Open) -> None:
    page = visit(
        f"{pretend_url}/?view=3d&sort=x&page_size=0&live=maybe&order=up&range=1y&watch=%3Cb%3E&colour=red"
    ).page
    expect(page.get_by_role("article").first).to_be_visible()


def test_without_a_status_the_videos_are_there(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.failing["/status"] = fail("500 Internal Server Error")
    page = visit(pretend_url).page
    expect(page.get_by_role("article").first).to_be_visible()
    expect(page.get_by_role("region", name="Status")).to_contain_text("The status is not known.")


def test_what_is_wrong_is_said_in_plain_words(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.problems = [
        {"code": "budget_spent", "message": "Today's search calls are spent.", "action": "Polling goes on at midnight."}
    ]
    page = visit(pretend_url).page
    problem = page.get_by_role("list", name="Problems").get_by_role("listitem")
    expect(problem).to_have_text("Today's search calls are spent. Polling goes on at midnight.")


def test_no_videos_yet(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    later, pretend.videos[:] = videos(3), []
    page = visit(pretend_url, now=datetime.now(UTC)).page
    assert "No videos yet" in notice(page)
    expect(page.locator("#notice")).to_contain_text("newsreel is looking for “cricket”")
    pretend.videos[:] = later
    page.clock.fast_forward(60_000)
    expect(page.get_by_role("article")).to_have_count(3)


def test_nothing_matches(pretend_url: str, visit: Open) -> None:
    page = visit(f"{pretend_url}/?search=unheard").page
    assert "Nothing matches" in notice(page)
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("article").first).to_be_visible()


def test_a_sparse_filter_is_followed_over_empty_pages(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.videos[:] = videos(120)
    pretend.bounded = 10
    pretend.videos[-1]["live"] = "live"
    page = visit(f"{pretend_url}/?live=live").page
    expect(page.get_by_role("article")).to_have_count(1)
    expect(page.get_by_text("That is all: 1 video")).to_be_visible()


def test_skeletons_stand_until_the_answer_comes(pretend_url: str, visit: Open) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page = visit("about:blank").page
    page.route("**/videos?*", hold)
    page.goto(pretend_url)
    expect(page.locator("#skeleton .bone").first).to_be_visible()
    expect(page.get_by_role("article")).to_have_count(0)
    held.pop().continue_()
    expect(page.get_by_role("article").first).to_be_visible()
    expect(page.locator("#skeleton")).not_to_be_visible()


def test_offline_is_said_and_goes_by(pretend_url: str, visit: Open) -> None:
    seen = visit(pretend_url)
    expect(seen.page.get_by_role("article").first).to_be_visible()
    seen.context.set_offline(True)
    expect(seen.page.get_by_text("You are offline.")).to_be_visible()
    expect(seen.page.get_by_role("article").first).to_be_visible()
    seen.context.set_offline(False)
    expect(seen.page.get_by_text("You are offline.")).not_to_be_visible()


@pytest.mark.parametrize("kind", ["missing", "grey"])
def test_a_thumbnail_that_fails_has_a_stand_in(pretend_url: str, visit: Open, kind: str) -> None:
    seen = visit("about:blank")

    def answer(route: Route) -> None:
        if kind == "missing":
            route.fulfill(status=404)
        else:
            route.fulfill(status=404, body=png(120, 90), content_type="image/png")

    seen.context.route(re.compile("ytimg"), answer)
    seen.page.goto(pretend_url)
    expect(seen.page.locator("article .thumb").first).to_have_class(re.compile("missing"))
    expect(seen.page.locator("article .thumb").first).to_have_attribute("data-initial", "C")


def test_approximate_times_say_so(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.videos[:] = [video(1, NOW - timedelta(hours=3), published_at_exact=False, channel_id=None)]
    page = visit(pretend_url, now=NOW).page
    expect(page.get_by_text("about 3 hours ago")).to_have_attribute("title", re.compile("approximate"))
    expect(page.get_by_role("article").locator("button.channel")).to_have_count(0)


@pytest.mark.parametrize("path", ["/prod", "/prod/"])
def test_it_works_under_a_stage_path(pretend: PretendApi, visit: Open, path: str) -> None:
    pretend.prefix = "/prod"
    with serving(pretend) as url:
        page = visit(url + path).page
        page.get_by_role("link", name="chess").click()
        expect(page).to_have_url(f"{url}{path}?query=chess")
        page.get_by_role("link", name="newsreel, start page").click()
        expect(page).to_have_url(url + path)
        expect(page.get_by_role("article").first).to_be_visible()


def test_many_queries_stay_within_reach(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.queries = [f"query number {number}" for number in range(40)]
    pretend.videos[:] = videos(10, query="query number 30")
    page = visit(f"{pretend_url}/?query=query+number+30", width=375).page
    expect(page.get_by_role("link", name="query number 30")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 375


def test_motion_is_reduced_for_who_asks(pretend_url: str, visit: Open) -> None:
    page = visit(pretend_url, reduced_motion="reduce").page
    expect(page.get_by_role("article").first).to_be_visible()
    moving = page.evaluate("document.getAnimations().length")
    assert moving == 0
    assert page.locator("article img").first.evaluate("image => getComputedStyle(image).transitionDuration") == "0s"

"""What YouTube asks of a page with its videos: sizes, nothing over the player, what is not embedded, links, icon."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.browser.conftest import PLAYER, Open, Site, Visit, settle
from tests.browser.pretend_api import PretendApi, video, videos
from tests.browser.test_accessibility import check_by_axe
from tests.world import START

WIDTHS = [1440, 768, 390, 360, 320]
VIEWS = ["cards", "table"]
TERMS, POLICY = "https://www.youtube.com/t/terms", "https://policies.google.com/privacy"
WAYS: dict[str, Callable[[Page], None]] = {
    "not scrolled": lambda _: None,
    "to the top": lambda page: page.evaluate("scrollTo(0, 0)"),
    "half under the top": lambda page: scroll_to_player(page, "top + height / 2"),
    "a little under the top": lambda page: scroll_to_player(page, "top + 20"),
    "half under the foot": lambda page: scroll_to_player(page, "top + height / 2 - innerHeight"),
    "far away": lambda page: page.evaluate("scrollTo(0, document.documentElement.scrollHeight)"),
}
COVERED = """() => {
  const frame = document.querySelector("iframe");
  const box = frame.getBoundingClientRect();
  const covered = [];
  for (let down = 0; down <= 12; down += 1) {
    for (let right = 0; right <= 12; right += 1) {
      const x = box.left + 1 + (right / 12) * (box.width - 2);
      const y = box.top + 1 + (down / 12) * (box.height - 2);
      if (x < 0 || y < 0 || x >= innerWidth - 1 || y >= innerHeight - 1) continue;
      const there = document.elementFromPoint(x, y);
      if (there !== frame) covered.push(`${there?.outerHTML.slice(0, 80)} at ${x}, ${y}`);
    }
  }
  for (const each of document.querySelectorAll("body *")) {
    const { position, visibility } = getComputedStyle(each);
    if (!["fixed", "sticky"].includes(position) || visibility !== "visible" || each.closest(".player")) continue;
    const { left, right, top, bottom, width, height } = each.getBoundingClientRect();
    const apart = right <= box.left || left >= box.right || bottom <= box.top || top >= box.bottom;
    if (width && height && !apart) covered.push(`${each.outerHTML.slice(0, 80)} floats there`);
  }
  return covered;
}"""
"""What lies over the player, by what is met at points of it and by what floats."""


def scroll_to_player(page: Page, target: str) -> None:
    """Scroll to where an expression of the player's `top` and `height` in the document says."""
    page.evaluate(
        f"""() => {{
             const {{ top: above, height }} = document.querySelector("iframe").getBoundingClientRect();
             const top = above + scrollY;
             scrollTo({{ top: {target}, behavior: "instant" }});
           }}"""
    )


def play(page: Page, number: int = 2) -> Locator:
    """Start one of the first videos; its frame."""
    page.locator("[data-watch]").nth(number).click()
    frame = page.locator("iframe")
    expect(frame).to_be_visible()
    return frame


def in_time(pretend_url: str, visit: Open, path: str = "", **options: object) -> Visit:
    """A page that stands still but for what the test does."""
    return visit(f"{pretend_url}/{path}", reduced_motion="reduce", **options)


def uncovered(page: Page, frame: Locator) -> None:
    """Wherever one scrolls, the player has its size and nothing lies over it."""
    for name, go in WAYS.items():
        go(page)
        settle(page)
        box = frame.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 200, name
        assert page.evaluate(COVERED) == [], name


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_player_is_large_enough_and_nothing_lies_over_it(
    pretend: PretendApi, pretend_url: str, visit: Open, width: int, view: str
) -> None:
    pretend.videos = videos(120)
    page = in_time(pretend_url, visit, f"?view={view}&page_size=50", width=width).page
    uncovered(page, play(page))
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_player_is_large_enough_on_a_low_screen(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.videos = videos(120)
    page = in_time(pretend_url, visit, width=360).page
    page.set_viewport_size({"width": 640, "height": 320})
    uncovered(page, play(page))


@pytest.mark.parametrize("width", [1440, 390])
def test_news_do_not_lie_over_the_player(pretend: PretendApi, pretend_url: str, visit: Open, width: int) -> None:
    pretend.videos = videos(120)
    page = in_time(pretend_url, visit, "?page_size=50", width=width, now=datetime.now(UTC)).page
    expect(page.get_by_text("Last poll")).to_be_visible()
    frame = play(page)
    pretend.videos.insert(0, video(999, datetime.now(UTC)))
    page.clock.fast_forward(60_000)
    expect(page.locator("#fresh")).not_to_have_attribute("hidden", "")
    uncovered(page, frame)


@pytest.mark.parametrize("name", ["Keyboard and feeds", "Any time", "Filters"])
def test_what_opens_over_the_page_closes_the_player_first(pretend_url: str, visit: Open, name: str) -> None:
    page = in_time(pretend_url, visit).page
    play(page)
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator("iframe")).not_to_be_attached()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_the_skip_link_does_not_lie_over_the_player(pretend: PretendApi, pretend_url: str, visit: Open) -> None:
    pretend.videos = videos(120)
    page = in_time(pretend_url, visit).page
    play(page)
    scroll_to_player(page, "top")
    page.locator(".skip").focus()
    settle(page)
    assert page.evaluate(COVERED) == []


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("width", WIDTHS)
def test_pictures_that_start_the_player_are_large_enough(pretend_url: str, visit: Open, width: int, view: str) -> None:
    page = in_time(pretend_url, visit, f"?view={view}", width=width).page
    pictures = page.locator(".listing .thumb")
    expect(pictures.first).to_be_visible()
    sizes = pictures.evaluate_all(
        "all => all.map((each) => each.getBoundingClientRect()).map(({ width, height }) => [width, height])"
    )
    assert len(sizes) >= 4
    assert min(width for width, _ in sizes) >= 120
    assert min(height for _, height in sizes) >= 70


def test_there_is_one_player_at_a_time(pretend_url: str, visit: Open) -> None:
    page = in_time(pretend_url, visit).page
    play(page, 1)
    play(page, 2)
    page.get_by_role("button", name="Next video").click()
    expect(page.locator("iframe")).to_have_attribute("src", re.compile("v0000000117"))
    expect(page.locator("iframe")).to_have_count(1)


def test_nothing_plays_before_the_reader_starts_it(pretend_url: str, visit: Open) -> None:
    page = in_time(pretend_url, visit).page
    expect(page.get_by_text("Last poll")).to_be_visible()
    assert page.locator("iframe").count() == 0
    expect(play(page, 1)).to_have_attribute("src", re.compile("autoplay=1"))
    page.reload()
    expect(page.locator("iframe")).to_have_attribute("src", re.compile("autoplay=0"))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("hand", ["mouse", "keyboard"])
def test_what_may_not_be_embedded_opens_on_youtube(
    pretend: PretendApi, pretend_url: str, visit: Open, view: str, hand: str
) -> None:
    pretend.videos[1]["embeddable"] = False
    pretend.videos[2]["embeddable"] = None
    seen = in_time(pretend_url, visit, f"?view={view}")
    link = seen.page.locator("[data-watch=v0000000119]")
    item = seen.page.locator("[data-index='1']")
    expect(item.get_by_text("Opens on YouTube")).to_be_visible()
    expect(link).to_have_accessible_description("Opens on YouTube in a new tab")
    assert link.get_attribute("rel") == "noopener"
    with seen.context.expect_page() as opened:
        if hand == "mouse":
            link.click()
        else:
            link.press("Enter")
    expect(opened.value).to_have_url("https://www.youtube.com/watch?v=v0000000119")
    assert opened.value.evaluate("window.opener") is None
    expect(seen.page.locator("iframe")).not_to_be_attached()
    # What nothing is known of is tried.
    expect(seen.page.locator("[data-index='2']").get_by_text("Opens on YouTube")).not_to_be_visible()
    play(seen.page, 2)


@pytest.mark.parametrize("listed", [True, False])
def test_a_link_to_what_may_not_be_embedded_says_so(
    pretend: PretendApi, pretend_url: str, visit: Open, *, listed: bool
) -> None:
    if not listed:
        pretend.videos = videos(120)
    found = pretend.videos[1 if listed else -1]
    found["embeddable"] = False
    seen = in_time(pretend_url, visit, f"?watch={found['video_id']}")
    refused(seen.page, "Its owner lets this video play on YouTube only.", found["video_id"])
    assert not [url for url in seen.requests if "/embed/" in url]


def refused(page: Page, why: str, video_id: str) -> None:
    """A sentence stands in the player's place, and the way to YouTube."""
    place = page.locator(".screen")
    expect(place.get_by_text(why)).to_be_visible()
    expect(place.get_by_role("link", name="Watch on YouTube")).to_have_attribute(
        "href", f"https://www.youtube.com/watch?v={video_id}"
    )
    expect(page.locator("iframe")).not_to_be_attached()


@pytest.mark.parametrize("answer", [("404 Not Found", {"status": 404}), ("503 Service Unavailable", {"status": 503})])
def test_what_nothing_is_known_of_is_not_embedded(
    pretend: PretendApi, pretend_url: str, visit: Open, answer: tuple[str, dict[str, int]]
) -> None:
    pretend.failing["/videos/AAAAAAAAAAA"] = (answer[0], dict(answer[1]))
    seen = in_time(pretend_url, visit, "?watch=AAAAAAAAAAA")
    why = "does not keep this video" if "404" in answer[0] else "could not be loaded"
    refused(seen.page, why, "AAAAAAAAAAA")
    assert not [url for url in seen.requests if "/embed/" in url]


@pytest.mark.parametrize("made_for_kids", [True, False, None])
@pytest.mark.parametrize("shared", [True, False])
def test_only_what_is_not_made_for_kids_may_talk_to_the_page(
    pretend: PretendApi, pretend_url: str, visit: Open, *, made_for_kids: bool | None, shared: bool
) -> None:
    if shared:
        pretend.videos = videos(120)
    found = pretend.videos[-1 if shared else 1]
    found["made_for_kids"] = made_for_kids
    embeds: list[Request] = []
    seen = visit("about:blank", reduced_motion="reduce")
    seen.page.on("request", lambda request: embeds.append(request) if "/embed/" in request.url else None)
    # Who greets it gets an error; none is heard where the page does not greet.
    answer_player(seen, 5)
    seen.page.goto(f"{pretend_url}/{f'?watch={found["video_id"]}' if shared else ''}")
    if not shared:
        play_briefly(seen.page, 1)
    hint = seen.page.get_by_text("If it does not play here, it may on YouTube.")
    if made_for_kids is False:
        refused(seen.page, "cannot play this video in this browser", found["video_id"])
        assert f"&enablejsapi=1&origin={pretend_url.replace(':', '%3A').replace('/', '%2F')}" in embeds[0].url
        expect(hint).not_to_be_visible()
    else:
        expect(seen.page.frame_locator("iframe").get_by_text("0 greetings")).to_be_visible()
        assert "enablejsapi" not in embeds[0].url
        assert "origin" not in embeds[0].url
        expect(hint).to_be_visible()
    assert len(embeds) == 1
    assert embeds[0].url.startswith(f"https://www.youtube-nocookie.com/embed/{found['video_id']}?")
    # Without it, YouTube's player shows error 153.
    assert embeds[0].all_headers()["referer"] == f"{pretend_url}/"


def play_briefly(page: Page, number: int) -> None:
    page.locator("[data-watch]").nth(number).click()


def answer_player(seen: Visit, code: int | str) -> None:
    """A player that answers who greets it, and tells an error to who asks for errors, as YouTube's does."""
    script = f"""<p id=count>0 greetings</p><script>
      let count = 0;
      addEventListener("message", ({{ data }}) => {{
        const {{ event, func, args, channel }} = JSON.parse(data);
        document.getElementById("count").textContent = `${{++count}} greetings`;
        const say = (words) => parent.postMessage(JSON.stringify({{ ...words, id: 1, channel }}), "*");
        if (event === "listening") say({{ event: "onReady", info: null }});
        if (func === "addEventListener" && args[0] === "onError") say({{ event: "onError", info: {json.dumps(code)} }});
      }});
    </script>"""

    def fulfil(route: Route) -> None:
        route.fulfill(body=PLAYER + script, content_type="text/html")

    seen.context.route(re.compile("/embed/"), fulfil)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (2, "YouTube does not know a video of this address."),
        (5, "YouTube's player cannot play this video in this browser."),
        (100, "This video was removed from YouTube, or made private."),
        (101, "Its owner lets this video play on YouTube only."),
        (150, "Its owner lets this video play on YouTube only."),
        (153, "YouTube's player was not told which site shows it"),
        (999, "YouTube's player cannot play this video here."),
        ("nonsense", "YouTube's player cannot play this video here."),
    ],
)
def test_what_the_player_refuses_is_said(pretend_url: str, visit: Open, code: int | str, why: str) -> None:
    seen = visit("about:blank", reduced_motion="reduce")
    answer_player(seen, code)
    seen.page.goto(pretend_url)
    play_briefly(seen.page, 1)
    refused(seen.page, why, "v0000000119")
    expect(seen.page.get_by_role("alert")).to_contain_text(why)
    seen.page.get_by_role("button", name="Close the player").click()
    expect(seen.page.get_by_role("alert")).not_to_be_attached()


def test_others_are_not_believed(pretend_url: str, visit: Open) -> None:
    page = in_time(pretend_url, visit).page
    frame = play(page, 1)
    page.evaluate("""new Promise((done) => {
      addEventListener("message", () => setTimeout(done));
      postMessage('{"event": "onError", "info": 100}', "*");
    })""")
    expect(frame).to_be_visible()
    expect(page.get_by_role("alert")).not_to_be_attached()


@pytest.mark.parametrize("said", ["'nothing of JSON'", "null", "7", "{}", "'{\"event\": 1}'", "'[]'", "'null'"])
def test_a_player_that_talks_nonsense_goes_on(pretend_url: str, visit: Open, said: str) -> None:
    seen = visit("about:blank", reduced_motion="reduce")

    def talk(route: Route) -> None:
        script = f"<script>addEventListener('message', () => parent.postMessage({said}, '*'))</script>"
        route.fulfill(body=PLAYER + script, content_type="text/html")

    seen.context.route(re.compile("/embed/"), talk)
    seen.page.goto(pretend_url)
    expect(play(seen.page, 1)).to_be_visible()
    settle(seen.page)
    expect(seen.page.locator("iframe")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_the_page_leads_to_terms_and_policy_and_says_whose_is_what(site: Site, visit: Open, width: int) -> None:
    page = visit(f"{site.url}/?page_size=12", now=START, width=width).page
    foot = page.get_by_role("contentinfo")
    expect(foot.get_by_role("link", name="YouTube's terms")).to_have_attribute("href", TERMS)
    expect(foot.get_by_role("link", name="Google's privacy policy")).to_have_attribute("href", POLICY)
    expect(foot).to_contain_text("Videos and their data come from YouTube.")
    expect(foot).to_contain_text("newsreel's own figures")
    expect(page.locator("#arrivals-text")).to_contain_text("by newsreel's count")
    # The foot of a long list is far away: what it leads to is in the help, too.
    page.get_by_role("button", name="Keyboard and feeds").click()
    dialog = page.get_by_role("dialog", name="Keyboard and feeds")
    for name in ("YouTube's terms", "Google's privacy policy", "What is kept here"):
        expect(dialog.get_by_role("link", name=name)).to_be_visible()
    page.keyboard.press("Escape")
    foot.get_by_role("link", name="What is kept here").click()
    expect(page).to_have_url(f"{site.url}/privacy")
    expect(page.get_by_role("heading", level=1)).to_have_text("What is kept here")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    check_by_axe(page)
    page.get_by_role("link", name="Back to the videos", exact=True).click()
    expect(page.locator("[data-watch]").first).to_be_visible()


@pytest.mark.parametrize("path", ["/prod", "/prod/"])
def test_what_is_kept_is_found_below_a_stage(pretend: PretendApi, pretend_url: str, visit: Open, path: str) -> None:
    pretend.prefix = "/prod"
    page = visit(pretend_url + path).page
    link = page.get_by_role("contentinfo").get_by_role("link", name="What is kept here")
    expect(link).to_have_attribute("href", "/prod/privacy")


@pytest.mark.parametrize("width", WIDTHS)
def test_youtubes_icon_stands_near_the_videos_unmodified(pretend_url: str, visit: Open, width: int) -> None:
    page = in_time(pretend_url, visit, width=width).page
    expect(page.locator("[data-watch]").first).to_be_visible()
    icons = page.get_by_role("link", name="YouTube", exact=True)
    expect(icons).to_have_count(2)
    expect(icons.first).to_be_in_viewport()
    for icon in icons.all():
        assert (icon.get_attribute("href") or "").startswith("https://www.youtube.com/")
        whole, drawn = icon.bounding_box(), icon.locator("svg").bounding_box()
        assert whole is not None
        assert drawn is not None
        assert drawn["height"] >= 20
        assert drawn["width"] / drawn["height"] == pytest.approx(28.57 / 20, rel=0.01)
        # Half of its width stays free on both sides, less a pixel.
        assert whole["width"] - drawn["width"] >= drawn["width"] - 4
    play(page)
    drawn = page.get_by_role("link", name="Watch on YouTube").locator("svg").bounding_box()
    assert drawn is not None
    assert drawn["height"] >= 20


def test_times_found_are_said_to_be_newsreels(site: Site, visit: Open) -> None:
    page = visit(f"{site.url}/?view=table", now=START).page
    expect(page.locator(".c-found time").first).to_have_attribute("title", re.compile("^Found by newsreel: "))
    head = page.get_by_role("columnheader", name="Found").get_by_role("button")
    expect(head).to_have_attribute("title", re.compile("not by YouTube"))

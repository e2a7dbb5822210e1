"""Chromium, the pages it opens, and what it opens them on."""

import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Route, expect, sync_playwright

import functions.api.app as api
import functions.editor.app as editor
from local.catalogue import Clip, thumbnails
from local.engine import Engine
from local.front import Front
from local.invocation import Function
from local.machine import ROOT
from local.serving import serving
from local.template import Template
from tests.browser.pretend_api import PretendApi, videos
from tests.world import MINUTE, PROPERTIES, START, World, new_world

BARE = str(ROOT / "tools/node_modules/@sparticuz/chromium/bin/chromium")
"""Draws no windows, and so costs half. Modules that say `WINDOWS` need what it lacks: windows of its own, prompts for
passwords, frames in processes of their own."""
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# Nothing but the pages under test may use the network; root has no sandbox.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Milliseconds. A page that waits for a busy machine is no fault, and one that does not takes no longer for it.
expect.set_options(timeout=15_000)
HEIGHTS = {1440: 900, 768: 1024, 390: 844, 375: 812, 360: 640, 320: 640}
"""Of the screens, by their width, in pixels."""
PLAYER = "<!doctype html><html lang=en><title>Player</title><body style='background:#000'><main><h1>Player</h1></main>"


def png(width: int, height: int) -> bytes:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    header = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    pixels = zlib.compress((b"\0" + b"\x70" * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


THUMBNAIL = png(480, 270)


@dataclass
class Visit:
    """An open page and what it asked for."""

    page: Page
    context: BrowserContext
    requests: list[str] = field(default_factory=list)
    """Every URL that the page asked for, in order."""
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the page's console, uncaught exceptions, dialogs."""

    def note(self, message: ConsoleMessage) -> None:
        # A failed request is the business of the test that makes it fail.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(message.text)

    def listen(self) -> None:
        """Begin to note requests and complaints."""
        self.page.on("console", self.note)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))


type Open = Callable[..., Visit]


def settle(page: Page) -> None:
    """Let the shelf draw what scrolling or another size of the screen asks for."""
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def answer_for_youtube(route: Route, request: Request) -> None:
    """What stands for YouTube's hosts."""
    if "/embed/" in request.url or "/watch" in request.url:
        route.fulfill(body=PLAYER, content_type="text/html")
    else:
        route.fulfill(body=THUMBNAIL, content_type="image/png")


def runs(command: str) -> bool:
    """Whether a program is there, with the libraries that it needs."""
    if not shutil.which(command):
        return False
    return subprocess.run([command, "--version"], check=False, capture_output=True).returncode == 0


@cache
def chromium(*, windows: bool = True) -> str | None:
    """Where Chromium is; the whole of it, or the bare one where that is enough and runs."""
    named = os.environ.get("CHROMIUM")
    if not named and not windows and runs(BARE):
        return BARE
    return named or next(filter(None, map(shutil.which, CHROMIUMS)), None)


@contextmanager
def launched(*, windows: bool = True) -> Iterator[Browser]:
    """A running Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(windows=windows), args=FLAGS)
        yield browser
        browser.close()


# One browser a module, not a session: Playwright's event loop must not outlive its tests.
@pytest.fixture(scope="module")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    """Chromium, without a screen."""
    windows = getattr(request.module, "WINDOWS", False)
    if chromium(windows=windows) is None:
        pytest.skip("there is no Chromium here: install Debian's chromium, or name one in CHROMIUM")
    with launched(windows=windows) as browser:
        yield browser


@pytest.fixture
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Open]:
    """Opens a URL in a browser of its own and sees to it that the page never complains.

    Without a graphics card, fades cost more than all else that a page does: they are on in modules that say `MOTION`.
    """
    visits: list[Visit] = []
    motion = "no-preference" if getattr(request.module, "MOTION", False) else "reduce"

    def open_page(
        url: str,
        *,
        width: int = 1440,
        scheme: Literal["light", "dark"] = "light",
        now: datetime | None = None,
        cached: bool = False,
        **options: Any,
    ) -> Visit:
        options = {"reduced_motion": motion} | options
        context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]}, color_scheme=scheme, timezone_id="UTC", **options
        )
        # Playwright turns the browser's cache off where it answers in a host's place.
        if not cached:
            context.route(re.compile("^https://"), answer_for_youtube)
        if now:
            context.clock.install(time=now)
        visit = Visit(context.new_page(), context)
        visits.append(visit)
        visit.listen()
        visit.page.goto(url)
        return visit

    with ExitStack() as closing:
        yield open_page
        for each in visits:
            closing.callback(each.context.close)
            each.context.unroute_all(behavior="ignoreErrors")
        complaints = [complaint for each in visits for complaint in each.complaints]
    assert not complaints


@dataclass
class Site:
    """The real system, served on loopback."""

    world: World
    url: str

    def titles(self, path: str) -> list[str]:
        """The titles of the first page at a path of the api."""
        return [video["title"] for video in self.world.get(path).get_json()["videos"]]


CHANNELS = ("The Long Room", "Café & Crème", "スポーツ日和", "Канал № 1", "Weekend Warriors", "<Coder's Corner>")
AGES = [MINUTE * (2 + number * 12) for number in range(150)]


def published(number: int, age: timedelta, query: str = "cricket") -> Clip:
    """One of the site's videos."""
    video_id = f"{query[:2]}{number:09d}"
    return Clip(
        video_id,
        START - age,
        START - age,
        title=f"{query.title()} number {number}: {'how to bat' if number % 3 else 'the whole match'}",
        description=f"All about number {number}.",
        channel_id=f"UC{number % len(CHANNELS):022d}",
        channel_title=CHANNELS[number % len(CHANNELS)],
        duration_seconds=20 + number * 97 % 7200,
        live="live" if number % 20 == 3 else "upcoming" if number % 20 == 7 else "none",
        thumbnails=thumbnails(video_id),
        query=query,
    )


@contextmanager
def made_site(world: World) -> Iterator[Site]:
    """A site of 150 videos of one query, and 8 of another, at noon."""
    world.configure(QUERIES="cricket,chess", PACING="fixed", POLL_INTERVAL_SECONDS="60", SEARCH_CALLS_PER_DAY="9999")
    world.add(*(published(number, age) for number, age in enumerate(AGES)))
    world.add(*(published(number, MINUTE * (5 + 30 * number), "chess") for number in range(8)))
    world.now -= MINUTE
    world.run(MINUTE)
    front = Front(Function("api", api.handler, PROPERTIES), Function("editor", editor.handler, PROPERTIES))
    with serving(front) as url:
        yield Site(world, url)


@pytest.fixture(scope="module")
def site(services: Engine, template: Template) -> Iterator[Site]:
    """The real handlers over real tables, for tests that only read."""
    with new_world(services, template) as world, made_site(world) as site:
        yield site


@pytest.fixture
def own_site(world: World) -> Iterator[Site]:
    """The same, for one test alone."""
    with made_site(world) as site:
        yield site


@pytest.fixture
def pretend() -> PretendApi:
    """An API of eight videos in memory, of 120 that there could be: whatever is drawn takes its time."""
    return PretendApi(videos(120)[:8])


@pytest.fixture
def pretend_url(pretend: PretendApi) -> Iterator[str]:
    """Where `pretend` is served."""
    with serving(pretend) as url:
        yield url


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "browser: drives the dashboard in Chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and "visit" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")

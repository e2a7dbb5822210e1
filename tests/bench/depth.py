"""Pages of ten of a million videos, at any depth: newsreel on dynalite, beside Django REST Framework on SQLite.

The million takes some minutes to make, once; it stays in `.newsreel/bench-data`.
"""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random
from statistics import median

from local.machine import ROOT
from newsreel.library.cursor import Cursor, Direction
from newsreel.library.listing import Listing
from newsreel.library.page import page
from newsreel.library.place import Place
from newsreel.library.videos import Videos
from newsreel.video import Video
from tests.bench import report
from tests.bench.report import Row
from tests.bench.search import QUERY, Meter, loaded, made

TITLE = "Any depth of 1,000,000 videos, a page of 10"
COUNT, SIZE, PAGES = 1_000_000, 10, (1, 100, 10_000)
ROUNDS = 200
LISTING = Listing(QUERY)
DATA = ROOT / ".newsreel" / "bench-data"
PYTHON = ROOT / ".newsreel" / "bench" / "bin" / "python"
OTHERS = {"cursor": "cursors of Django REST Framework", "offset": "its pages by offset, which count all rows"}


def rows() -> Iterator[Row]:
    """Read units, then how much longer a deep page takes than the first, each beside the other ways."""
    videos = list(made(COUNT))
    others = django(DATA / "videos.sqlite", videos)
    with loaded(DATA, iter(videos), COUNT, searchable=False) as (stored, meter):
        figures = measured(stored, meter, videos)
    first_units, first = figures[0]
    for number, (units, _) in zip(PAGES, figures, strict=True):
        yield Row(f"page {number:,}: read units", units, "page 1", first_units)
    for number, (_, took) in zip(PAGES[1:], figures[1:], strict=True):
        yield Row(f"page {number:,}: ms", took, "page 1", first)
    deep = figures[-1][1]
    name = f"page {PAGES[-1]:,} against page 1: times as long"
    for kind, beside in OTHERS.items():
        yield Row(name, deep / first, beside, others[kind][-1] / others[kind][0])
    for kind, beside in OTHERS.items():
        yield Row(f"page {PAGES[-1]:,}: ms", deep, beside, others[kind][-1])


def measured(stored: Videos, meter: Meter, videos: list[Video]) -> list[tuple[float, float]]:
    """Read units and milliseconds of each page, read in turn, so that all meet the same moods of the machine."""
    # Found out beforehand: between two measured pages a copy of a long list would empty the processor's caches.
    places = [len(videos) - number * SIZE for number in PAGES]
    wanted = [{each.video_id for each in videos[place : place + SIZE]} for place in places]
    tokens = [token(videos, number) for number in PAGES]
    units, times = [0.0] * len(PAGES), [[] for _ in PAGES]  # type: tuple[list[float], list[list[float]]]
    chance = Random(1)
    for _ in range(ROUNDS):
        # In any order, as the garbage collector, for one, keeps a beat of its own.
        for place in chance.sample(range(len(PAGES)), len(PAGES)):

            def read(boundary: str | None = tokens[place], wanted: set[str] = wanted[place]) -> None:
                assert {item["video_id"]["S"] for item in page(stored, LISTING, boundary, SIZE).items} == wanted

            units[place], _, took = meter.measure(read, 1)
            times[place].append(took)
    # The first rounds still meet what was just loaded in motion.
    return [(used, median(taken[ROUNDS // 4 :])) for used, taken in zip(units, times, strict=True)]


def token(videos: list[Video], number: int) -> str | None:
    """The cursor of a page, made from the video before it."""
    if number == 1:
        return None
    before = videos[len(videos) - (number - 1) * SIZE]
    return Cursor(Direction.NEXT, Place(0, before.published_at, before.video_id)).token(LISTING)


def django(database: Path, videos: list[Video]) -> dict[str, list[float]]:
    """Milliseconds of the same pages by Django REST Framework."""
    if not PYTHON.exists():
        raise SystemExit("Django is not installed: run `make bench`, which does that first")
    DATA.mkdir(parents=True, exist_ok=True)
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TABLE IF EXISTS videos")
        connection.execute("CREATE TABLE videos (video_id TEXT PRIMARY KEY, published_at TEXT, title TEXT)")
        lines = ((each.video_id, each.published_at, each.title) for each in videos)
        connection.executemany("INSERT INTO videos VALUES (?, ?, ?)", lines)
        connection.execute("CREATE INDEX newest ON videos (published_at DESC, video_id DESC)")
    connection.close()
    command = [str(PYTHON), str(Path(__file__).with_name("drf.py")), str(database)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, list[float]] = json.loads(done.stdout)
    return found


if __name__ == "__main__":
    report.tell(TITLE, rows())

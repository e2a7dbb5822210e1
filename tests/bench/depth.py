"""Pages of ten of a million videos, at any depth: newsreel on dynalite, beside Django REST Framework on SQLite.

The million takes some minutes to make, once; it stays in `.newsreel/bench-data`.
"""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from local.machine import ROOT
from newsreel.cursor import Cursor, Direction
from newsreel.listing import Listing, page
from newsreel.video import Video
from newsreel.videos import Position, Videos
from tests.bench import report
from tests.bench.report import Row
from tests.bench.search import QUERY, Meter, loaded, made

TITLE = "Any depth of 1,000,000 videos, a page of 10"
COUNT, SIZE, PAGES = 1_000_000, 10, (1, 100, 10_000)
DATA = ROOT / ".newsreel" / "bench-data"
PYTHON = ROOT / ".newsreel" / "bench" / "bin" / "python"


def rows() -> Iterator[Row]:
    """Read units, then how much longer a deep page takes than the first, each beside the other ways."""
    videos = list(made(COUNT))
    others = django(DATA / "videos.sqlite", videos)
    with loaded(DATA, iter(videos), COUNT, searchable=False) as (stored, meter):
        figures = [measured(stored, meter, videos, number) for number in PAGES]
    (first_units, _), *_ = figures
    for number, (units, _) in zip(PAGES[1:], figures[1:], strict=True):
        yield Row(f"page {number:,}: read units", units, "page 1", first_units)
    first, _, deep = (took for _, took in figures)
    name = f"page {PAGES[-1]:,} against page 1: times as long"
    yield Row(name, deep / first, "cursors of Django REST Framework", others["cursor"][-1] / others["cursor"][0])
    yield Row(name, deep / first, "its pages by offset", others["offset"][-1] / others["offset"][0])
    yield Row(f"page {PAGES[-1]:,}: ms", deep, "its pages by offset", others["offset"][-1])


def measured(stored: Videos, meter: Meter, videos: list[Video], number: int) -> tuple[float, float]:
    """Read units and milliseconds of one page."""
    listing, token = Listing(QUERY), None
    if number > 1:
        # Two share each second; of those the greater id comes first.
        newest_first = sorted(videos[-number * SIZE - 2 :], key=lambda each: (each.published_at, each.video_id))[::-1]
        before = newest_first[(number - 1) * SIZE - 1]
        token = Cursor(Direction.NEXT, Position(before.published_at, before.video_id)).token(str(listing))

    def read() -> None:
        assert len(page(stored, listing, token, SIZE).items) == SIZE

    # What was just loaded may still be in motion.
    meter.measure(read)
    units, _, took = meter.measure(read)
    return units, took


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

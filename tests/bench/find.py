"""What a page costs in read units, by order and by filter, of 100,000 videos, near the top and deep down.

Units are DynamoDB's own count, as its engine gives it. The videos are made: half are Shorts, 475 come a day.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from newsreel.library.cursor import Cursor, Direction, Moment
from newsreel.library.listing import Listing, Shelf, block
from newsreel.library.most_viewed import moment
from newsreel.library.page import page
from newsreel.library.place import Place, of_video
from newsreel.library.videos import Videos
from newsreel.library.word_index import ALL, LENGTHS
from newsreel.times import instant, stamp
from newsreel.video import Video
from tests.bench import report
from tests.bench.report import Row
from tests.bench.search import START, Meter, loaded

TITLE = "Filters and orders, a page of 10 of 100,000 videos (read units)"
QUERY = "cricket"
COUNT, OF_OTHERS, QUERIES, SIZE, DEEP = 100_000, 500, 20, 10, 1_000
APART = timedelta(days=1) / 475
END = instant(START)
DESCRIPTION = "What this video is about, and where else to look for it. " * 12
"""Of the usual length: an item has about a kilobyte."""


class Case(NamedTuple):
    """A listing to be measured."""

    name: str
    listing: Listing
    shelf: Shelf = Shelf(QUERY)


WEEK = END - timedelta(days=7)
CASES = (
    Case("newest", Listing(QUERY)),
    Case("oldest", Listing(QUERY, "oldest")),
    Case("longest", Listing(QUERY, "longest")),
    Case("shortest", Listing(QUERY, "shortest")),
    Case("no Shorts (half of all are)", Listing(QUERY, shorts="none")),
    Case("Shorts only", Listing(QUERY, shorts="only")),
    Case("from 4 to 20 minutes (one in seven)", Listing(QUERY, min_duration=240, max_duration=1200)),
    Case("from 3 minutes (almost half)", Listing(QUERY, min_duration=181)),
    Case("live (one in 500)", Listing(QUERY, live="live")),
    Case("without a word (a tenth have it)", Listing(QUERY, exclude=("planted",))),
    Case("with a word (a tenth have it)", Listing(QUERY, search=("planted",))),
    Case("a channel blocked (a tenth are its)", Listing(QUERY), Shelf(QUERY, block(("UC_0",), ()))),
    Case("longest, no Shorts, with a word", Listing(QUERY, "longest", shorts="none", search=("planted",))),
)


def rows() -> Iterator[Row]:
    """Each order and filter beside the newest videos without one."""
    stock = list(made(QUERY, COUNT))
    others = [video for number in range(1, QUERIES) for video in made(f"query {number}", OF_OTHERS)]
    with (
        TemporaryDirectory() as folder,
        loaded(Path(folder), [*stock, *others], COUNT, words=("pl", "plan")) as (videos, meter),
    ):
        # A moment after the last was stored, so that its views count.
        videos.now = lambda: END + timedelta(minutes=1)
        base = 0.0
        for case in CASES:
            listed = [each for each in stock if case.listing.admits(each) and not case.shelf.block.hides(each)]
            rank = case.listing.ranked_by
            listed.sort(key=lambda each: of_video(each, rank), reverse=case.listing.descending)
            first = spent(videos, meter, case, None)
            base = base or first
            yield Row(f"{case.name}: page 1", first, "newest, page 1", base)
            number = min(DEEP, len(listed) // SIZE)
            cursor = Cursor(Direction.NEXT, of_video(listed[(number - 1) * SIZE - 1], rank))
            yield Row(f"{case.name}: page {number:,}", spent(videos, meter, case, cursor), "newest, page 1", base)
        views = Case("most viewed of a week", Listing(QUERY, "views"))
        yield Row(f"{views.name}: page 1", spent(videos, meter, views, None), "newest, page 1", base)
        ranked = sorted((each for each in stock if each.published_at >= stamp(WEEK)), key=views_of, reverse=True)
        cursor = Cursor(Direction.NEXT, of_video(ranked[489], "view_count"), Moment(moment(videos.now()), 490))
        yield Row(f"{views.name}: page 50", spent(videos, meter, views, cursor), "newest, page 1", base)
        shelves = [Shelf(QUERY), *(Shelf(f"query {number}") for number in range(1, QUERIES))]
        for order in ("newest", "longest"):
            everything = Case(f"{QUERIES} queries together, {order}", Listing("*", order))
            units = spent(videos, meter, everything, None, shelves)
            yield Row(f"{everything.name}: page 1", units, "newest, page 1", base)
            yield Row(f"{QUERIES} queries together, {order}: requests", meter.requests, "newest, page 1", 1)
        entries = videos.index.entries(stock[-1])
        sorting = [entry for entry in entries if entry["beginning"]["S"].endswith((ALL, LENGTHS))]
        beside = len(entries) - len(sorting)
        yield Row("a new video: entries, each a write unit", len(entries), "without those to sort by", beside)


def views_of(video: Video) -> Place:
    return of_video(video, "view_count")


def spent(
    videos: Videos, meter: Meter, case: Case, cursor: Cursor | None, shelves: Iterable[Shelf] | None = None
) -> float:
    """Read units of a page, which must be full."""
    token = cursor.token(case.listing) if cursor else None

    def read() -> None:
        found = page(videos, case.listing, token, SIZE, list(shelves or (case.shelf,)))
        assert len(found.rows) == SIZE or case.listing.live, len(found.rows)

    units, _, _ = meter.measure(read, 1)
    return units


def made(query: str, count: int) -> Iterator[Video]:
    """Videos of a query, the oldest first."""
    chance = Random(query)
    for number in range(count):
        at = stamp(END - (count - number) * APART)
        short = number % 2 == 0
        yield Video(
            f"{chance.getrandbits(48):012x}"[:10] + "A",
            query,
            at,
            stamp(END),
            stamp(END),
            title=f"Video {number}" + (" planted" if chance.random() < 0.1 else ""),
            description=DESCRIPTION,
            channel_id=f"UC_{chance.randrange(10)}",
            channel_title="A channel",
            duration_seconds=chance.randint(10, 180) if short else chance.randint(60, 3600),
            vertical=short,
            live="live" if number % 500 == 0 else "none",
            view_count=int(10 ** chance.uniform(0, 6)),
        )


if __name__ == "__main__":
    report.tell(TITLE, rows())

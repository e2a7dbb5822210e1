"""What searching costs, beside the filter that it replaces, and whether it finds what a look at every video finds.

    python -m tests.bench.search [--videos 1000000] [--recording trending.jsonl.gz] [--folder /tmp/newsreel-search]

Runs on dynalite, whose read units are DynamoDB's; write units are counted from the entries' sizes, as dynalite leaves
out those of indexes. Made videos have short titles and no descriptions, which favours the filter: real ones are about
three times as large. With `--folder` they are kept there for the next time.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import islice
from math import ceil
from pathlib import Path
from random import Random
from shutil import rmtree
from statistics import mean, median, quantiles
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from local import engine, stack
from local.machine import ROOT
from local.template import Template
from newsreel.library.item import to_item
from newsreel.library.listing import Listing
from newsreel.library.page import page
from newsreel.library.search import FIRST_STEP
from newsreel.library.videos import Stretch, Videos
from newsreel.library.word_index import WordIndex, searched
from newsreel.library.words import beginnings, is_run, requested, words_of
from newsreel.times import instant, stamp, utc_now
from newsreel.video import Video
from tests.bench.report import Row, say
from tests.searching import Language, described, expected, random_listing, recorded, walk
from tests.tables import own_client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RETENTION = timedelta(days=30)
TITLE = "Search, a page of 10"
FEWER = 50_000
"""Made videos unless more are asked for."""
QUERY = "made"
START = "2026-11-01T00:00:00Z"
PLANTED = {1: "tasoxq", 100: "sataxq", 10_000: "mosaxq"}
"""Words that so many of the made videos have. Other words have the same first letters."""
FILTER_AT_MOST = 100_000
"""Videos of a listing that the filter reads at most, as its cost is plain by then: it grows with their number."""
ROUNDS = 15
REQUESTS = 300
HEAD = 200
"""Results of each search that are compared where there are too many videos to walk to every end."""
type Measured = tuple[float, float, float]
"""Read units, requests, milliseconds."""
READ_UNIT, WRITE_UNIT = 0.125e-6, 0.625e-6
"""Dollars, on demand in us-east-1: aws.amazon.com/dynamodb/pricing/on-demand, November 2026."""


@dataclass(slots=True)
class Meter:
    """Read units and requests of a client."""

    units: float = 0
    requests: int = 0

    def attach(self, client: "DynamoDBClient") -> None:
        """Count all that the client reads from now on."""

        def ask(params: dict[str, Any], **_: Any) -> None:
            params["ReturnConsumedCapacity"] = "TOTAL"

        def count(parsed: dict[str, Any], **_: Any) -> None:
            consumed = parsed["ConsumedCapacity"]
            self.units += sum(
                each["CapacityUnits"] for each in (consumed if isinstance(consumed, list) else [consumed])
            )
            self.requests += 1

        for operation in ("Query", "BatchGetItem"):
            client.meta.events.register(f"provide-client-params.dynamodb.{operation}", ask)
            client.meta.events.register(f"after-call.dynamodb.{operation}", count)

    def measure(self, work: Callable[[], object], rounds: int = ROUNDS) -> Measured:
        """Units, requests and milliseconds (the median) of some work."""
        times = []
        for _ in range(rounds):
            self.units, self.requests, began = 0, 0, time.perf_counter()
            work()
            times.append(time.perf_counter() - began)
        return self.units, self.requests, median(times) * 1000


def main() -> None:
    """Run all."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--videos", type=int, default=FEWER, help="made videos (default: %(default)s)")
    arguments.add_argument("--recording", type=Path, help="real videos, JSON lines, gzipped")
    arguments.add_argument("--folder", type=Path, help="where made videos are kept; default: nowhere")
    chosen = arguments.parse_args()
    if chosen.recording:
        real = recorded(chosen.recording, QUERY, stamp(utc_now()))
        tell(f"\n{len(real):,} real videos of {chosen.recording.name}")
        tell_entries(real)
        tell_lengths(real)
        with TemporaryDirectory() as folder, loaded(Path(folder), real) as (videos, _):
            tell_equality(videos, real)
    tell(f"\n{chosen.videos:,} made videos")
    sample = list(islice(made(chosen.videos), 20_000))
    tell_entries(sample)
    with (
        TemporaryDirectory() as temporary,
        loaded(chosen.folder or Path(temporary), made(chosen.videos), chosen.videos) as (videos, meter),
    ):
        tell_heads(videos, list(made(chosen.videos)))
        tell_cost(videos, meter)


def made(count: int) -> Iterator[Video]:
    """Made videos, two a second on average; the planted words are spread evenly over them."""
    random = Random(5)
    language = Language(random, 50_000)
    channels = [language.title(2) for _ in range(5_000)]
    for number in range(count):
        # Numbers in a random order, all of them once, for a count that is a power of ten.
        place = number * 618_033_989 % count
        planted = [word for times, word in PLANTED.items() if place < times * min(1, count / 10_000)]
        at = stamp(instant(START) + timedelta(seconds=number // 2))
        channel = random.randrange(len(channels))
        yield Video(
            f"made{number:07d}",
            QUERY,
            at,
            at,
            at,
            title=" ".join([language.title(random.randint(4, 8)), *planted]),
            channel_id=f"UCmade{channel:018d}",
            channel_title=channels[channel],
        )


@contextmanager
def loaded(
    folder: Path, some: Iterable[Video], count: int = 0, *, searchable: bool = True, words: Sequence[str] = ()
) -> Iterator[tuple[Videos, Meter]]:
    """Videos and index on dynalite, in a folder; what is there already is used.

    With `words`, of all beginnings of words only these are in the index.
    """
    template = Template(ROOT / "template.yaml", {})
    data, complete = folder / "data", folder / f"complete-{count}"
    if not complete.exists():
        rmtree(data, ignore_errors=True)
        with engine.dynalite(data) as url:
            stack.create_tables(template, own_client(url))
        load(data, some, count, searchable=searchable, words=words)
        complete.touch()
    with engine.dynalite(data) as url:
        opened, meter = own_client(url), Meter()
        meter.attach(opened)
        yield (
            Videos(
                opened,
                "VideosTable",
                RETENTION,
                WordIndex(opened, "WordsTable", RETENTION, lambda: instant(START)),
                lambda: instant(START),
            ),
            meter,
        )


def load(data: Path, some: Iterable[Video], count: int, *, searchable: bool, words: Sequence[str]) -> None:
    """Write videos, and entries to search them, straight into dynalite's data."""
    command = [str(engine.NODE), str(Path(__file__).with_name("load.js")), str(data)]
    environment = {"NODE_PATH": str(engine.DYNALITE.with_name("node_modules"))}
    with subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdin
        index = WordIndex(own_client("http://unused.invalid"), "WordsTable", RETENTION, lambda: instant(START))
        for number, video in enumerate(some):
            lines = [["VideosTable", to_item(video, RETENTION)]]
            entries = index.entries(video) if searchable else ()
            lines += [["WordsTable", entry] for entry in entries if _wanted(entry, words)]
            process.stdin.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
            if count and number % 10_000 == 0:
                sys.stderr.write(f"\r  loading {number / count:.0%}")
    if process.returncode:
        raise SystemExit("the data could not be written")


def _wanted(entry: dict[str, Any], words: Sequence[str]) -> bool:
    beginning = entry["beginning"]["S"].rpartition("#")[2]
    return not words or beginning in words or beginning[0] in "=@"


def tell_entries(some: list[Video]) -> None:
    """Entries, write units and bytes for each video."""
    index = WordIndex(own_client("http://unused.invalid"), "WordsTable", RETENTION, lambda: instant(START))
    entries = [index.entries(video) for video in some]
    counts = [len(each) for each in entries]
    sizes = [size(entry) for each in entries for entry in each]
    units = sum(ceil(each / 1024) for each in sizes) / len(some)
    most = f"95 % up to {quantiles(counts, n=20)[-1]:.0f}, at most {max(counts)}"
    tell(f"  entries a video: {mean(counts):.1f} (median {median(counts):.0f}, {most})")
    tell(f"  an entry: {mean(sizes):.0f} bytes, at most {max(sizes)}")
    tell(f"  write units a video: {units:.1f}, so a million videos cost {units * WRITE_UNIT * 1e6:.2f} dollars")
    # DynamoDB adds 100 bytes to each item it stores: docs.aws.amazon.com, "DynamoDB item sizes and formats".
    tell(f"  stored a video: {(sum(sizes) + 100 * len(sizes)) / len(some):.0f} bytes")


def size(item: dict[str, Any]) -> int:
    """The bytes of an item as DynamoDB counts them: names and texts in UTF-8, and two digits a byte."""
    return sum(
        len(name.encode()) + (len(value["S"].encode()) if "S" in value else ceil(len(value["N"]) / 2) + 1)
        for name, value in item.items()
    )


def tell_lengths(some: list[Video]) -> None:
    """Why beginnings have two and four letters: entries a video, and how many share a word's rarest beginning."""
    texts = [words_of(video) for video in some]
    random = Random(1)
    asked = [word for word in (random.choice(words) for words in texts if words) if len(word) > 3 and not is_run(word)]
    tell("  beginnings of    entries a video    share of the videos under that of a word (mean, median)")
    for lengths in ((2,), (3,), (2, 3), (2, 4), (2, 3, 4), (2, 3, 4, 5, 6, 7, 8)):
        under: Counter[str] = Counter()
        for words in texts:
            under.update({begin for word in words for begin in _begun(word, lengths)})
        shares = [under[_begun(word, lengths)[-1]] / len(some) for word in asked]
        name = ", ".join(map(str, lengths)) if len(lengths) < 4 else "each length to 8"
        tell(f"  {name:16} {under.total() / len(some):15.1f}    {mean(shares):.2%}, {median(shares):.3%}")


def _begun(word: str, lengths: tuple[int, ...]) -> list[str]:
    return beginnings(word) if is_run(word) else [word[:length] for length in lengths if len(word) >= length]


def tell_equality(videos: Videos, some: list[Video]) -> None:
    """Walk random searches, and compare with a look at every video."""
    random, words, results = Random(2), described(some), 0
    for _ in range(REQUESTS):
        listing = random_listing(random, words, query=QUERY)
        wanted = expected(words, listing)
        found = [video_id for ids in walk(videos, listing, random.choice((10, 50))) for video_id in ids]
        if found != wanted:
            raise SystemExit(f"different: {listing}")
        results += len(found)
    tell(f"  {REQUESTS} random searches, walked to their ends: {results:,} videos, equal to a look at every video")


def tell_heads(videos: Videos, some: list[Video]) -> None:
    """Compare the first results of random searches, in both orders, with a look at every video until there are as many.

    A search that finds fewer is thereby compared whole.
    """
    random, results, whole = Random(3), 0, 0
    texts = [f" {' '.join(words_of(video))} " for video in some]
    for number in range(REQUESTS):
        words = random.choice(texts).split()
        parts = [word[: random.choice((2, 3, 4, len(word)))] for word in random.sample(words, min(len(words), 3))]
        search = requested(" ".join(parts[: random.choice((1, 2, 2, 3))]))
        listing = Listing(QUERY, "newest" if number % 2 else "oldest", search=search)
        places = reversed(range(len(some))) if number % 2 else range(len(some))
        wanted = (some[place].video_id for place in places if all(f" {part}" in texts[place] for part in search))
        head = list(islice(wanted, HEAD))
        found = list(islice((video_id for ids in walk(videos, listing, 50) for video_id in ids), HEAD))
        if found != head:
            raise SystemExit(f"different: {listing}")
        results, whole = results + len(head), whole + (len(head) < HEAD)
    tell(f"  {REQUESTS} random searches, {whole} of them whole: {results:,} videos, equal to a look at every video")


def tell_cost(videos: Videos, meter: Meter) -> None:
    """Read units, requests to DynamoDB and milliseconds of a page of 10, beside a listing read with a filter."""
    tell(f"  a page of 10, beside a filter that reads {FILTER_AT_MOST:,} videos at most")
    tell(f"  {'':33}   videos   under its   read               |  by a filter")
    tell(f"  {'':33}    found   beginning  units requests    ms  |  units  requests      ms")
    for times, word in PLANTED.items():
        tell_page(videos, meter, f"found {times:,} times", word)
    for text in (PLANTED[1][:2], PLANTED[100][:3], f"{PLANTED[10_000]} {PLANTED[10_000][:2]} ta", "ta sa mo"):
        tell_page(videos, meter, repr(text), text)
    listing = Listing(QUERY, search=requested(PLANTED[10_000]))
    cursor = None
    for number in range(1, 501):
        if number in (1, 100, 500):
            units, requests, took = meter.measure(partial(page, videos, listing, cursor, 10))
            tell(f"  its page {number}: {units:g} read units, {requests} requests, {took:.1f} ms")
        cursor = page(videos, listing, cursor, 10).next_cursor
        if cursor is None:
            break


def tell_page(videos: Videos, meter: Meter, name: str, text: str) -> None:
    """One line."""
    (units, requests, took), by_filter = compared(videos, meter, text)
    found, under = counted(videos, Listing(QUERY, search=requested(text)))
    filter_units, filter_requests, filter_took = by_filter
    tell(
        f"  {name:33} {found:>8,} {under:>11,} {units:6g} {requests:8g} {took:5.0f}  |"
        f" {filter_units:6,.0f} {filter_requests:9,} {filter_took:7,.0f}"
    )


def compared(videos: Videos, meter: Meter, text: str) -> tuple[Measured, Measured]:
    """What a page of 10 takes, by the index and by a filter."""
    listing = Listing(QUERY, search=requested(text))
    ours = meter.measure(lambda: page(videos, listing, None, 10))
    return ours, meter.measure(lambda: filtered(videos, listing.search), 1)


def rows() -> Iterator[Row]:
    """A page of 10 among fewer made videos, by how many have the word."""
    with TemporaryDirectory() as folder, loaded(Path(folder), made(FEWER), FEWER) as (videos, meter):
        for times, word in PLANTED.items():
            (units, _, took), (filter_units, _, filter_took) = compared(videos, meter, word)
            yield Row(f"a word in {times:,} of {FEWER:,} videos: read units", units, "a filter", filter_units)
            yield Row(f"a word in {times:,} of {FEWER:,} videos: ms", took, "a filter", filter_took)


def counted(videos: Videos, listing: Listing) -> tuple[int, int]:
    """How many videos a search finds, and how many entries its rarest beginning has."""
    search = searched(listing, listing.query)
    best: tuple[int, int] | None = None
    for beginning in search.beginnings():
        found, read, after = 0, 0, None
        while True:
            step = videos.index.read(search, beginning, newest_first=True, limit=10_000, after=after)
            found, read, after = found + len(step.found), read + step.read, step.rest
            if after is None:
                break
        best = min(filter(None, (best, (found, read))), key=lambda each: each[1])
    assert best
    return best


def filtered(videos: Videos, words: tuple[str, ...]) -> None:
    """The same page without an index: the listing is read until 11 titles match, or to its end."""
    stretch, after, found, limit = Stretch("by_query_published_at", QUERY, QUERY), None, 0, FIRST_STEP
    read = 0
    while read < FILTER_AT_MOST and found <= 10:
        items, after = videos.read(stretch, newest_first=True, limit=limit, after=after)
        limit *= 2
        read += len(items)
        found += sum(all(f" {word}" in f" {item['title']['S']}" for word in words) for item in items)
        if after is None:
            return


def tell(line: str) -> None:
    """Print a line at once."""
    say(f"{line}\n")


if __name__ == "__main__":
    main()

"""How benchmarks tell what they measured: rows of newsreel's figure beside another's, and their ratio.

Each benchmark is a module with a `TITLE` and `rows()`. Run alone it prints its rows; `make bench` runs them all and
writes the table into docs/benchmarks.md, and the rows for a first look into the README.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

HEADER = "| | newsreel | beside it | | ratio |\n|---|--:|---|--:|--:|\n"
FIRST_LOOK = (
    (
        "From publication to storing, one key: median minutes",
        "Freshness of a day's 475 videos on one key",
        "found within ten minutes: median delay, minutes",
    ),
    ("Cold start of the API, on Lambda's emulator: ms", "Cold start", "api, on Lambda's emulator: ms"),
    (
        "A warm page of 10 videos: million instructions",
        "A warm page, from event to answer (million instructions)",
        "10 videos",
    ),
    ("Page 10,000 of 1,000,000 videos: ms", "Any depth of 1,000,000 videos, a page of 10", "page 10,000: ms"),
    (
        "Searching a word that 1 of 50,000 videos has: read units",
        "Search, a page of 10",
        "a word in 1 of 50,000 videos: read units",
    ),
    ("A month of one query and one key: dollars", "Cost a month", "1 query, 1 key, at list prices: dollars"),
)
"""What the README shows: in its words, the section, and what the section's first such row is called."""


class Row(NamedTuple):
    """One comparison."""

    what: str
    """With the unit, unless it is a plain count."""
    ours: float
    beside: str = ""
    """What newsreel is compared with, if with anything."""
    theirs: float = 0

    def line(self) -> str:
        """The row in Markdown; a ratio below 1 speaks for newsreel."""
        theirs = figure(self.theirs) if self.beside else ""
        ratio = figure(round(self.ours / self.theirs, 3)) if self.theirs else ""
        return f"| {self.what} | {figure(self.ours)} | {self.beside} | {theirs} | {ratio} |\n"


def figure(value: float) -> str:
    """A figure of three significant digits, whole from 100 on."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def section(title: str, rows: Iterable[Row]) -> Iterator[str]:
    """The lines of one benchmark, as soon as each is known."""
    yield f"| **{title}** | | | | |\n"
    for row in rows:
        yield row.line()


def section_of(title: str, table: str) -> str:
    """The section of this title in a table."""
    heading = next(section(title, ()))
    return heading + re.split(r"^(?=\| \*\*)", table.partition(heading)[2], maxsplit=1, flags=re.MULTILINE)[0]


def first_look(table: str) -> str:
    """The short table for the README. Raises StopIteration where the table lacks one of its rows."""
    rows = ""
    for words, title, what in FIRST_LOOK:
        lines = section_of(title, table).splitlines(keepends=True)
        rows += next(line for line in lines if line.startswith(f"| {what} |")).replace(what, words, 1)
    return HEADER + rows


def tell(title: str, rows: Iterable[Row]) -> None:
    """Print one benchmark's table while it runs."""
    for line in (HEADER, *section(title, ())):
        say(line)
    for row in rows:
        say(row.line())
    say("next: make bench runs all benchmarks and writes them into docs/benchmarks.md\n")


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(text)
    sys.stdout.flush()

"""How benchmarks tell what they measured: rows of newsreel's figure beside another's, and their ratio.

Each benchmark is a module with a `TITLE` and `rows()`. Run alone it prints its rows; `make bench` runs them all and
writes the table into the README.
"""

import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

HEADER = "| | newsreel | beside it | | ratio |\n|---|--:|---|--:|--:|\n"


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


def tell(title: str, rows: Iterable[Row]) -> None:
    """Print one benchmark's table while it runs."""
    for line in (HEADER, *section(title, ())):
        say(line)
    for row in rows:
        say(row.line())
    say("next: make bench runs all benchmarks and writes them into the README\n")


def say(text: str) -> None:
    """Print at once."""
    sys.stdout.write(text)
    sys.stdout.flush()

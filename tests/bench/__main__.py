"""All benchmarks, one after the other: `make bench`. Their table is printed and written into docs/benchmarks.md.

`python -m tests.bench poll size` runs only those.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from local.machine import ROOT
from tests.bench import (
    cold_start,
    compare,
    cost,
    depth,
    find,
    freshness,
    head,
    page,
    poll,
    refresh,
    scale,
    search,
    size,
    tracking,
)
from tests.bench.report import HEADER, first_look, say, section, section_of

ALL = (cold_start, page, depth, compare, poll, scale, head, freshness, tracking, search, find, size, refresh, cost)
PAPER, README = ROOT / "docs" / "benchmarks.md", ROOT / "README.md"
BLOCK = re.compile(r"(?<=<!-- make bench writes this -->\n).*?(?=<!-- end -->)", re.DOTALL)


def main(names: Sequence[str]) -> None:
    """Run all, or those named; the others' rows stay. The papers stay as they are unless they come to their end."""
    if unknown := set(names) - {name_of(each) for each in ALL}:
        sys.exit(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(map(name_of, ALL))}")
    known = place(PAPER)
    place(README)
    say(f"newsreel: all benchmarks take some twenty minutes; ratios below 1 speak for newsreel\n{HEADER}")
    table = HEADER
    for benchmark in ALL:
        if names and name_of(benchmark) not in names:
            table += section_of(benchmark.TITLE, known)
            continue
        for line in section(benchmark.TITLE, benchmark.rows()):
            say(line)
            table += line
    write(PAPER, table)
    write(README, first_look(table))
    say("next: git diff shows what has changed since the last time\n")


def place(paper: Path) -> str:
    """What stands in a paper where a table belongs."""
    found = BLOCK.search(paper.read_text(encoding="utf-8"))
    if found is None:
        sys.exit(f"{paper.name} lacks the place for a table: <!-- make bench writes this --> … <!-- end -->")
    return found[0]


def write(paper: Path, table: str) -> None:
    """Put a table into its place."""
    paper.write_text(BLOCK.sub(lambda _: table, paper.read_text(encoding="utf-8")), encoding="utf-8")


def name_of(benchmark: ModuleType) -> str:
    """What a benchmark is called on the command line."""
    return benchmark.__name__.rpartition(".")[2]


if __name__ == "__main__":
    main(sys.argv[1:])

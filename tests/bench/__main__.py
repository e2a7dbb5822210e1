"""All benchmarks, one after the other: `make bench`. Their table is printed and written into the README.

`python -m tests.bench poll size` runs only those.
"""

import re
import sys
from collections.abc import Sequence
from types import ModuleType

from local.machine import ROOT
from tests.bench import cold_start, cost, depth, freshness, head, page, poll, search, size
from tests.bench.report import HEADER, say, section

ALL = (cold_start, page, depth, poll, head, freshness, search, size, cost)
README = ROOT / "README.md"
BLOCK = re.compile(r"(?<=<!-- make bench writes this -->\n).*?(?=<!-- end -->)", re.DOTALL)


def main(names: Sequence[str]) -> None:
    """Run all, or those named; the others' rows stay. The README stays as it is unless they come to their end."""
    if unknown := set(names) - {name_of(each) for each in ALL}:
        sys.exit(f"there is no benchmark {', '.join(unknown)}; there are {', '.join(map(name_of, ALL))}")
    found = BLOCK.search(README.read_text(encoding="utf-8"))
    if found is None:
        sys.exit("the README lacks the place for the table: <!-- make bench writes this --> … <!-- end -->")
    say(f"newsreel: all benchmarks take some ten minutes; ratios below 1 speak for newsreel\n{HEADER}")
    table = HEADER
    for benchmark in ALL:
        if names and name_of(benchmark) not in names:
            table += rows_of(benchmark.TITLE, found[0])
            continue
        for line in section(benchmark.TITLE, benchmark.rows()):
            say(line)
            table += line
    README.write_text(BLOCK.sub(lambda _: table, README.read_text(encoding="utf-8")), encoding="utf-8")
    say("next: git diff README.md shows what has changed since the last time\n")


def name_of(benchmark: ModuleType) -> str:
    """What a benchmark is called on the command line."""
    return benchmark.__name__.rpartition(".")[2]


def rows_of(title: str, table: str) -> str:
    """The section of this title in a table."""
    heading = next(section(title, ()))
    return heading + re.split(r"^(?=\| \*\*)", table.partition(heading)[2], maxsplit=1, flags=re.MULTILINE)[0]


if __name__ == "__main__":
    main(sys.argv[1:])

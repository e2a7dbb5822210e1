"""All benchmarks, one after the other: `make bench`. Their table is printed and written into the README."""

import re
import sys

from local.machine import ROOT
from tests.bench import cold_start, cost, depth, freshness, head, page, poll, search, size
from tests.bench.report import HEADER, say, section

ALL = (cold_start, page, depth, poll, head, freshness, search, size, cost)
README = ROOT / "README.md"
BLOCK = re.compile(r"(?<=<!-- make bench writes this -->\n).*?(?=<!-- end -->)", re.DOTALL)


def main() -> None:
    """Run all. The README stays as it is unless every one comes to its end."""
    if len(BLOCK.findall(README.read_text(encoding="utf-8"))) != 1:
        sys.exit("the README lacks the place for the table: <!-- make bench writes this --> … <!-- end -->")
    say("newsreel: this takes about twenty minutes; ratios below 1 speak for newsreel\n")
    lines = [HEADER]
    say(HEADER)
    for benchmark in ALL:
        for line in section(benchmark.TITLE, benchmark.rows()):
            say(line)
            lines.append(line)
    table = "".join(lines)
    README.write_text(BLOCK.sub(lambda _: f"{table}", README.read_text(encoding="utf-8")), encoding="utf-8")
    say("next: git diff README.md shows what has changed since the last time\n")


if __name__ == "__main__":
    main()

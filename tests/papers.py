"""The papers (README, docs and the rest), and what stands in their blocks of code."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAPERS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for pattern in ("*.md", "docs/*.md", ".github/**/*.md")
    for path in sorted(ROOT.glob(pattern))
}
"""Every paper's text, by its path."""


def blocks(paper: str, language: str) -> list[str]:
    """A paper's blocks of code in this language; an empty one for those that name none."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", PAPERS[paper], re.MULTILINE | re.DOTALL)
    return [text for name, text in found if name == language]


def commands() -> Iterator[str]:
    """All that a reader may type: the lines of blocks for a shell, without comments, and what texts name as code."""
    for paper, text in PAPERS.items():
        for block in blocks(paper, "sh"):
            yield from (re.sub(r"\s+# .*", "", line) for line in block.splitlines())
        yield from re.findall(r"`((?:make|sam) [^`]+)`", text)


def section(paper: str, title: str) -> str:
    """The part of a paper under this heading."""
    heading = next(line for line in PAPERS[paper].splitlines() if line.lstrip("# ") == title and line[0] == "#")
    level = heading.partition(" ")[0]
    return re.split(rf"^{level} ", PAPERS[paper].partition(f"{heading}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables' rows in a text, without the headings."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    start = [number for number, line in enumerate(lines) if set(line) <= set("|-:")]
    heads = {number - 1 for number in start} | set(start)
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for number, line in enumerate(lines)
        if number not in heads
    ]

"""Starts and warm pages take no more instructions than docs/benchmarks.md says, but for three in a hundred.

Instructions are counted, not timed, and held against what boto3 takes in the same run: they are the same on a busy
machine, and hardly differ on another.
"""

import shutil
from collections.abc import Iterator
from types import ModuleType

import pytest

from local import sam
from tests.bench import cold_start, page
from tests.bench.__main__ import PAPER, place
from tests.bench.report import Row, section_of

pytestmark = [
    pytest.mark.deploy,
    pytest.mark.skipif(shutil.which("valgrind") is None, reason="valgrind counts instructions, and is not installed"),
]
ALLOWED = 1.03
REACHED = {
    "api: million instructions": 0.82,
    "fetcher, nothing due: million instructions": 0.67,
    "fetcher with a poll: million instructions": 0.80,
}
"""What no start of these may come above, whatever the paper says."""


def known(benchmark: ModuleType) -> dict[str, float]:
    """The ratios of a benchmark's first rows of each name, as the paper has them."""
    lines = section_of(benchmark.TITLE, place(PAPER)).splitlines()[1:]
    cells = [[cell.strip() for cell in line.strip("| ").split("|")] for line in lines]
    return {what: float(ratio) for what, _, _, _, ratio in reversed(cells)}


def worse(rows: Iterator[Row], benchmark: ModuleType) -> list[str]:
    """What takes more than it did."""
    before = known(benchmark)
    return [
        f"{row.what}: {row.ours / row.theirs:.3f} of {row.beside}, where the paper says {before[row.what]}"
        for row in rows
        if row.ours / row.theirs > before[row.what] * ALLOWED
    ]


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    sam.build()


def test_starts_stay_as_short_as_they_are() -> None:
    rows = [*cold_start.counted()]
    assert worse(iter(rows), cold_start) == []
    for row in rows:
        assert row.ours / row.theirs <= REACHED.get(row.what, 2), row


def test_pages_stay_as_cheap_as_they_are() -> None:
    assert worse(page.anew(""), page) == []

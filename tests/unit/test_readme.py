"""The README is short; it explains every route and command, and none that there is not; its figures were measured."""

import re

import functions.api.app as api
from tests.bench.report import first_look
from tests.papers import PAPERS, ROOT, commands, rows

README = PAPERS["README.md"]
BLOCK = re.compile(r"(?<=<!-- make bench writes this -->\n).*?(?=<!-- end -->)", re.DOTALL)

TESTED = {
    "curl": "tests/integration/test_examples.py",
    "make run": "tests/local/test_commands.py",
    "make index": "tests/local/test_index.py",
    "make index STACK=newsreel": "tests/local/test_index.py",
    "make queries": "tests/local/test_queries.py",
    "make queries STACK=newsreel": "tests/local/test_queries.py",
    'make queries STACK=newsreel ADD="world cup" SET="search=world cup -2022; weight=3"': "tests/local/test_queries.py",
    'make queries STACK=newsreel REMOVE="world cup" VIDEOS=delete': "tests/local/test_queries.py",
    "make targets": "tests/local/test_targets.py",
    "make targets STACK=newsreel": "tests/local/test_queries.py",
    'make targets ADD="my program" ADDRESS="https://…"': "tests/local/test_targets.py",
    'make targets ADD="team chat" ADDRESS="discord://…"': "tests/local/test_targets.py",
    'make targets ADD="team chat" SET="digest=daily; digest_hour=7"': "tests/local/test_targets.py",
    'make targets TEST="team chat"': "tests/local/test_targets.py",
    'make targets REMOVE="team chat"': "tests/local/test_targets.py",
    "make receiver": "tests/local/test_receiver.py",
    "make openapi": "tests/contract/test_document.py",
    "make sam-api": "tests/sam/test_containers.py",
    "sam build": "tests/deploy/test_build.py",
    "sam deploy": "tests/deploy/test_stack.py",
    "sam deploy --guided": "tests/deploy/test_stack.py",
    'sam deploy --parameter-overrides Queries="cricket,chess"': "tests/deploy/test_stack.py",
    "sam deploy --config-env dev": "tests/unit/test_samconfig.py",
    "sam deploy --config-env prod": "tests/unit/test_samconfig.py",
    "sam delete": "tests/deploy/test_stack.py",
    "sam local invoke": "tests/sam/test_containers.py",
    "sam validate": "Makefile",
}
"""What runs the commands that CI does not run under their own name; `curl` stands for all that begin so."""
BY_HAND = {
    "make bench": "takes ten minutes of a quiet machine",
    "make format": "brings about what `make check` looks at",
    "make lock": "asks registries for what is new",
}
"""What nothing runs, and why."""


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 160


def test_every_route_is_explained() -> None:
    told = set(re.findall(r"`GET (/[^`]*)`", README))
    names = {"/queries/*": "{query}", "/targets/*": "{target}", "/videos/*": "{video_id}"}
    assert told == {path.replace("*", names.get(path, "*")) for path in api.routes} - {"/docs/*"}


def test_every_command_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for paper in PAPERS.values():
        assert set(re.findall(r"(?<!to )\bmake ([a-z-]+)", paper)) <= targets


def test_every_command_is_run_by_ci_or_by_a_test() -> None:
    in_ci = re.findall(r"^make --no-print-directory (.+)$", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE)
    by_ci = {f"make {target}" for targets in in_ci for target in targets.split()}
    # A command may begin with settings; curl's differ in their URLs.
    found = {re.sub(r"^([A-Z_]+=\S+ )+|(?<=^curl) .*", "", command) for command in commands()}
    assert found - by_ci == TESTED.keys() | BY_HAND.keys()
    assert all((ROOT / path).is_file() for path in TESTED.values())


def test_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)


def test_the_benchmarks_have_their_place() -> None:
    (table,) = BLOCK.findall(PAPERS["docs/benchmarks.md"])
    assert table.startswith("| | newsreel |")
    assert len(table.splitlines()) > 40


def test_its_six_rows_of_figures_are_those_of_the_benchmarks() -> None:
    (table,) = BLOCK.findall(PAPERS["docs/benchmarks.md"])
    (short,) = BLOCK.findall(README)
    assert short == first_look(table)
    measured = [row[1:] for row in rows(table)]
    figures = rows(short)
    assert len(figures) == 6
    assert all(row[1:] in measured for row in figures)

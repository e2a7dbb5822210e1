"""The package's rooms: arrows between them run down, and libraries are known to those who need them, as docs say."""

import ast
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter

import pytest

from local.machine import ROOT

PACKAGE = ROOT / "layers" / "newsreel" / "newsreel"
MODULES = {
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts): path
    for path in PACKAGE.rglob("*.py")
    if path.name != "__init__.py"
}
BELOW = {
    "": set[str](),
    "aws": {""},
    "library": {"", "aws"},
    "keys": {"", "aws"},
    "sources": {"", "aws", "library", "keys"},
    "news": {"", "aws", "library"},
    "polling": {"", "aws", "library", "keys", "sources"},
    "tracking": {"", "aws", "library", "keys", "sources", "polling"},
    "web": {"", "aws", "library", "keys", "sources", "news", "polling", "tracking"},
}
"""What each room may import besides itself; the values have no room."""
READ_BY_WEB = {
    "keys.state",
    "keys.budget",
    "polling.states",
    "polling.poll_state",
    "polling.history",
    "polling.refresh_state",
    "polling.refresh_states",
    "polling.watched_queries",
    "polling.removals",
    "tracking.state",
    "sources.instances",
    # What is shown of targets.
    "news.target",
    "news.outbox_state",
    "news.choosing",
    "news.sample",
}
RULES = {
    "video",
    "fields",
    "watched",
    "library.filters",
    "library.words",
    "library.listing",
    "library.place",
    "library.cursor",
    "polling.watermark",
    "polling.pace",
    "polling.schedule",
    "polling.ages",
    "polling.sweeping",
    "tracking.allotment",
    "tracking.match",
    "tracking.state",
    "news.target",
    "news.outbox_state",
    "web.access",
}
LIBRARIES = {
    "botocore": {"aws.clients", "aws.calls"},
    "requests": {"sources.asking", "sources.youtube", "sources.invidious", "news.webhook"},
    "apprise": {"news.chat", "news.outside", "news.webhook"},
    "babel": {"news.said"},
    "urllib3": {"sources.asking"},
    "pydantic": {"web.schemas"},
    "aws_lambda_powertools": {"web.answers", "web.responding"},
    "orjson": {"aws.clients", "web.answers"},
}


@cache
def imported(module: str) -> frozenset[str]:
    """All that a module imports when it runs, by its whole name."""
    return frozenset(_names(ast.parse(MODULES[module].read_text(encoding="utf-8"))))


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.If(test=ast.Name("TYPE_CHECKING")):
                continue
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(module=str(source)):
                yield source
                yield from (f"{source}.{alias.name}" for alias in node.names)
            case _:
                yield from _names(node)


def own(module: str) -> set[str]:
    """The modules of the package that a module imports, without the package's name."""
    return {name.removeprefix("newsreel.") for name in imported(module)} & MODULES.keys()


def reached(module: str) -> set[str]:
    """The modules of the package that are loaded with a module."""
    found: set[str] = set()
    ahead = {module}
    while ahead:
        found |= ahead
        ahead = set().union(*map(own, ahead)) - found
    return found - {module}


def room(module: str) -> str:
    return module.rpartition(".")[0]


@pytest.mark.parametrize("module", MODULES)
def test_arrows_run_only_down(module: str) -> None:
    assert {room(each) for each in own(module)} <= BELOW[room(module)] | {room(module)}


def test_no_circles() -> None:
    assert list(TopologicalSorter({module: own(module) for module in MODULES}).static_order())


@pytest.mark.parametrize("module", [module for module in MODULES if room(module) == "web"])
def test_web_reads_what_is_there_and_never_polls(module: str) -> None:
    upper = {each for each in own(module) if room(each) in ("keys", "sources", "news", "polling", "tracking")}
    assert upper <= READ_BY_WEB


@pytest.mark.parametrize("module", sorted(RULES))
def test_rules_know_no_adapter(module: str) -> None:
    loaded = {module, *reached(module)}
    assert not {each for each in loaded if room(each) == "aws"}
    assert not {name for each in loaded for name in imported(each) if name.partition(".")[0] in LIBRARIES}


@pytest.mark.parametrize("library", LIBRARIES)
def test_libraries_are_known_only_where_they_are_needed(library: str) -> None:
    users = {module for module in MODULES if library in {name.partition(".")[0] for name in imported(module)}}
    assert users == LIBRARIES[library]


@pytest.mark.parametrize("function", ["api", "editor", "fetcher", "notifier"])
def test_functions_know_no_library_that_an_adapter_stands_for(function: str) -> None:
    tree = ast.parse((ROOT / "functions" / function / "app.py").read_text(encoding="utf-8"))
    outside = {"apprise", "babel", "boto3", "botocore", "pydantic", "requests"}
    assert not {name.partition(".")[0] for name in _names(tree)} & outside

"""Fixtures that all kinds of tests share: engines, tables made from the template, and a world around the handlers."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from local import engine
from local.machine import ROOT
from local.template import Template
from tests.connections import connections
from tests.filled import filled_world
from tests.tables import ENGINES, OWN_ENGINES, Tables, client_of, empty_tables, url_of
from tests.world import World

if TYPE_CHECKING:
    pass

RECORDINGS = "NEWSREEL_RECORDINGS"
"""The variable that names a folder of recorded answers."""

# A failing example is found again by the same run of the same code, on any machine.
settings.register_profile(
    "newsreel", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("newsreel")


@pytest.fixture(scope="session")
def template() -> Template:
    """The template, with its own defaults."""
    return Template(ROOT / "template.yaml", {})


@pytest.fixture(scope="session")
def services() -> Iterator[engine.Engine]:
    """All engines, in memory."""
    with engine.running() as running:
        yield running
        for name in OWN_ENGINES:
            connections(url_of(running, name)).close()


@pytest.fixture(params=ENGINES)
def any_tables(request: pytest.FixtureRequest, services: engine.Engine, template: Template) -> Iterator[Tables]:
    """Empty tables on each engine in turn."""
    tables = empty_tables(client_of(services, request.param), template)
    yield tables
    if request.param == "external":
        for name in tables.environment.values():
            tables.client.delete_table(TableName=name)


@pytest.fixture
def tables(services: engine.Engine, template: Template) -> Tables:
    """Empty tables on the engine that is closest to the real one."""
    return empty_tables(client_of(services, "dynalite"), template)


@pytest.fixture
def world(services: engine.Engine, tables: Tables, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The real handlers on real tables, an upstream, and a clock that only the test moves."""
    with World(services.secrets, tables.client, tables.environment, monkeypatch) as made:
        yield made


@pytest.fixture(scope="module")
def full(services: engine.Engine, template: Template) -> Iterator[World]:
    """A world with polled videos, which tests leave as it is."""
    with filled_world(services, template) as made:
        yield made


@pytest.fixture
def recordings() -> Path:
    """The folder of recorded answers, which is not part of the project."""
    folder = os.environ.get(RECORDINGS)
    if not folder:
        pytest.skip(f"{RECORDINGS} names no folder of recorded answers, which are not part of the project")
    return Path(folder)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each worker begin with its share of the long tests, so that no single one of them is left over in the end.

    Each is given as many tests as the others, in the order in which they stand here. Whoever is through takes some of
    the last ones of another.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1:
        return
    long = [item for item in items if item.get_closest_marker("long")]
    short = [item for item in items if not item.get_closest_marker("long")]
    ordered: list[pytest.Item] = []
    for worker in range(workers):
        share = long[worker::workers]
        room = max(0, len(items) * (worker + 1) // workers - len(ordered) - len(share))
        ordered += [*share, *short[:room]]
        del short[:room]
    items[:] = [*ordered, *short]

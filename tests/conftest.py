"""Fixtures that all kinds of tests share: engines, tables made from the template, and a world around the handlers."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from local import engine, stack
from local.template import TABLE, Template
from newsreel.aws.clients import client as unpatched
from newsreel.library.videos import Videos
from newsreel.library.word_index import WordIndex
from tests.world import World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ROOT = Path(__file__).parent.parent
RECORDINGS = "NEWSREEL_RECORDINGS"
"""The variable that names a folder of recorded answers."""

# A failing example is found again by the same run of the same code, on any machine.
settings.register_profile(
    "newsreel", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("newsreel")


@dataclass(frozen=True, slots=True)
class Tables:
    """A DynamoDB with newsreel's tables, empty."""

    client: "DynamoDBClient"
    videos: str
    state: str
    words: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables that name the tables."""
        return {"VIDEOS_TABLE": self.videos, "STATE_TABLE": self.state, "WORDS_TABLE": self.words}

    def stored(self, retention: timedelta = timedelta(days=30)) -> Videos:
        """The videos of these tables."""
        return Videos(self.client, self.videos, retention, WordIndex(self.client, self.words, retention))


@pytest.fixture(scope="session")
def template() -> Template:
    """The template, with its own defaults."""
    return Template(ROOT / "template.yaml", {})


@pytest.fixture(scope="session")
def services() -> Iterator[engine.Engine]:
    """All engines, in memory."""
    with engine.running() as running:
        yield running


def clients(services: engine.Engine) -> dict[str, "DynamoDBClient"]:
    """A client as the functions have it, for each engine that the storage tests run against."""
    moto = services.environment["AWS_ENDPOINT_URL_SQS"]
    urls = {
        "moto": moto,
        "dynalite": services.environment["AWS_ENDPOINT_URL_DYNAMODB"],
        "external": os.environ.get("TEST_DYNAMODB_URL", ""),
    }
    return {name: own_client(url) for name, url in urls.items() if url}


def own_client(url: str) -> "DynamoDBClient":
    """The functions' own client, of the engine at this URL."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (engine.CREDENTIALS | {"AWS_ENDPOINT_URL_DYNAMODB": url}).items():
            patch.setenv(name, value)
        return unpatched("dynamodb")


ENGINES = ["moto", "dynalite", *(["external"] if os.environ.get("TEST_DYNAMODB_URL") else [])]


@pytest.fixture(params=ENGINES)
def any_tables(request: pytest.FixtureRequest, services: engine.Engine, template: Template) -> Iterator[Tables]:
    """Empty tables on each engine in turn."""
    tables = empty_tables(clients(services)[request.param], template)
    yield tables
    if request.param == "external":
        for name in tables.environment.values():
            tables.client.delete_table(TableName=name)


@pytest.fixture
def tables(services: engine.Engine, template: Template) -> Tables:
    """Empty tables on the engine that is closest to the real one."""
    return empty_tables(clients(services)["dynalite"], template)


def empty_tables(client: "DynamoDBClient", template: Template) -> Tables:
    """The template's tables under names of their own. They go with their engine: dropping them would take longer."""
    names = {}
    for logical_id, properties in template.of_type(TABLE).items():
        names[logical_id] = f"{logical_id}-{uuid4().hex[:8]}"
        client.create_table(**stack.table_request(names[logical_id], properties))
    there = client.get_waiter("table_exists")
    for name in names.values():
        # On an engine in memory it is a matter of milliseconds, for which a pause would be far too long.
        there.wait(TableName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 10_000})
    return Tables(client, names["VideosTable"], names["StateTable"], names["WordsTable"])


@pytest.fixture
def world(services: engine.Engine, tables: Tables, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The real handlers on real tables, an upstream, and a clock that only the test moves."""
    with World(services.secrets, tables.client, tables.environment, monkeypatch) as made:
        yield made


@contextmanager
def new_world(services: engine.Engine, template: Template) -> Iterator[World]:
    """The same on tables of its own, for more than one test."""
    tables = empty_tables(clients(services)["dynalite"], template)
    with (
        pytest.MonkeyPatch.context() as patch,
        World(services.secrets, tables.client, tables.environment, patch) as made,
    ):
        yield made


@pytest.fixture
def recordings() -> Path:
    """The folder of recorded answers, which is not part of the project."""
    folder = os.environ.get(RECORDINGS)
    if not folder:
        pytest.skip(f"{RECORDINGS} names no folder of recorded answers, which are not part of the project")
    return Path(folder)

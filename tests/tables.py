"""A DynamoDB with the template's tables, empty, on each engine that tests run against."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from local import engine, stack
from local.template import TABLE, Template
from newsreel.aws.clients import client as unpatched
from newsreel.library.videos import Videos
from newsreel.library.word_index import WordIndex
from tests.connections import connections

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OWN_ENGINES = ["moto", "dynalite"]
ENGINES = [*OWN_ENGINES, *(["external"] if os.environ.get("TEST_DYNAMODB_URL") else [])]
PARTITION_KEYS: dict[str, str] = {}
"""Of all tables that were made, by their names."""


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

    def stored(self, retention: timedelta = timedelta(days=28), now: datetime = NOW) -> Videos:
        """The videos of these tables, as they are now."""
        index = WordIndex(self.client, self.words, retention, lambda: now)
        return Videos(self.client, self.videos, retention, index, lambda: now)


def client_of(services: engine.Engine, name: str) -> "DynamoDBClient":
    """A client as the functions have it, for one of the engines that the storage tests run against."""
    if name == "external":
        return own_client(os.environ["TEST_DYNAMODB_URL"])
    url = url_of(services, name)
    made = own_client(url)
    connections(url).serve(made)
    return made


def url_of(services: engine.Engine, name: str) -> str:
    """Where one of the engines of this machine answers."""
    return services.environment[f"AWS_ENDPOINT_URL_{'SQS' if name == 'moto' else 'DYNAMODB'}"]


def own_client(url: str) -> "DynamoDBClient":
    """The functions' own client, of the engine at this URL."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (engine.CREDENTIALS | {"AWS_ENDPOINT_URL_DYNAMODB": url}).items():
            patch.setenv(name, value)
        return unpatched("dynamodb")


def empty_tables(client: "DynamoDBClient", template: Template) -> Tables:
    """The template's tables under names of their own. They go with their engine: dropping them would take longer."""
    names = {}
    for logical_id, properties in template.of_type(TABLE).items():
        names[logical_id] = f"{logical_id}-{uuid4().hex[:8]}"
        keys = properties["KeySchema"]
        PARTITION_KEYS[names[logical_id]] = next(key["AttributeName"] for key in keys if key["KeyType"] == "HASH")
        client.create_table(**stack.table_request(names[logical_id], properties))
    there = client.get_waiter("table_exists")
    for name in names.values():
        # On an engine in memory it is a matter of milliseconds, for which a pause would be far too long.
        there.wait(TableName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 10_000})
    return Tables(client, names["VideosTable"], names["StateTable"], names["WordsTable"])

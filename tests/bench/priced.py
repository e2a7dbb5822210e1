"""Units of DynamoDB, counted while the real handlers work, and prices.

These are those of us-east-1, in dollars, as published in November 2026, before taxes.
"""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from local import engine
from local.machine import ROOT
from local.template import TABLE, Template
from tests.world import World, new_world

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MILLION, GB = 1e6, 1e9
DAYS = 365 / 12
"""Of a month."""

# aws.amazon.com/dynamodb/pricing/on-demand, /lambda/pricing, /api-gateway/pricing, /cloudwatch/pricing, /sqs/pricing,
# /eventbridge/pricing, /secrets-manager/pricing, /ec2/pricing/on-demand (data transfer)
PRICES = {
    "read units": 0.125 / MILLION,
    "write units": 0.625 / MILLION,
    "stored GB": 0.25,
    "backed-up GB": 0.20,
    "invocations": 0.20 / MILLION,
    "GB-seconds": 0.0000166667,
    "HTTP requests": 1.00 / MILLION,
    "queue requests": 0.40 / MILLION,
    "schedule's events": 1.00 / MILLION,
    "log GB": 0.50,
    "metrics": 0.30,
    "alarms": 0.10,
    "secrets": 0.40,
    "secret reads": 0.05 / 10_000,
    "egress GB": 0.09,
}


@contextmanager
def units(world: World, client: "DynamoDBClient") -> Iterator[Counter[str]]:
    """The units that a client's calls in the block consume, of each kind, and of each kind by table."""
    used: Counter[str] = Counter(read=0, write=0)
    videos = world.environ["VIDEOS_TABLE"]
    indexes = len(Template(ROOT / "template.yaml", {}).of_type(TABLE)["VideosTable"]["GlobalSecondaryIndexes"])

    def ask(params: dict[str, Any], **_: Any) -> dict[str, Any]:
        return params | {"ReturnConsumedCapacity": "TOTAL"}

    def count(parsed: dict[str, Any], model: Any, **_: Any) -> None:
        kind = "read" if model.name in ("BatchGetItem", "GetItem", "Query") else "write"
        consumed = parsed.get("ConsumedCapacity", [])
        for each in consumed if isinstance(consumed, list) else [consumed]:
            # The engine leaves out what the indexes cost.
            factor = 1 + indexes if kind == "write" and each["TableName"] == videos else 1
            spent = math.ceil(2 * each["CapacityUnits"]) / 2 * factor
            used[kind] += spent
            used[f"{kind} {each['TableName']}"] += spent

    events = client.meta.events
    recorders: list[tuple[str, Any]] = [
        ("provide-client-params.dynamodb", ask),
        ("after-call.dynamodb", count),
    ]
    for name, recorder in recorders:
        events.register(name, recorder)
    try:
        yield used
    finally:
        for name, recorder in recorders:
            events.unregister(name, recorder)


@contextmanager
def world(*, timed: bool = False) -> Iterator[World]:
    """A world as the tests have it; where processor time is measured, without their short way to the engine."""
    template = Template(ROOT / "template.yaml", {})
    with engine.running() as services, new_world(services, template, timed=timed) as made:
        yield made

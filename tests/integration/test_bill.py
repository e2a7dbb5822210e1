"""What whoever floods a deployment can make it cost a day: computed from the template, and as the papers have it."""

import math
import re
from datetime import timedelta

import pytest

import functions.api.app as api
from local.engine import Engine
from local.template import TABLE, Template
from newsreel.aws.calls import PAUSE_AT_MOST, WRITE_ROUNDS
from tests.bench.cost import ACCESS_LINE, LAMBDA_LINES, PAGE_SECONDS
from tests.bench.priced import GB, PRICES, units
from tests.papers import rows, section
from tests.world import MINUTE, START, World, clip, new_world

DAY = 86_400
"""Seconds."""
KB, MB = 1_000, 1_000_000
# docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html, aws.amazon.com/api-gateway/pricing
BODY, METERED = 10 * MB, 512 * 1024
"""The largest body of a request, and how much of it is paid as one request."""
REQUEST_LINE = 10_240
"""Bytes of a request's first line and headers at most. The path is logged."""
EXECUTIONS = 10
"""That run at once: all that a new account has, or `ApiConcurrency`."""
GUESSES = DAY // 30
"""How often an execution reads the passwords at most, while wrong ones come in."""
DESCRIPTION = 5_000
"""Bytes of a description at most, as YouTube takes it."""


@pytest.fixture(scope="module")
def sizes(services: Engine, template: Template) -> dict[str, int]:
    """The largest answers in bytes, uncompressed, with their heads: to strangers, of files of the docs, of all else."""
    with new_world(services, template) as world:
        text = ("word " * DESCRIPTION)[:DESCRIPTION]
        world.add(*(clip(number, START - number * MINUTE, description=text) for number in range(60)))
        world.schedule()
        listings = ("/videos", "/videos.atom", "/videos.feed.json")
        pages = [path for path in api.routes if "*" not in path] + [f"{path}?page_size=50" for path in listings]
        files = re.findall(r'(?:href|src)="/?(docs/[^"]+)"', world.get("/docs").get_data(as_text=True))
        assert len(files) == 3
        found = {
            "page": max(size(world, path) for path in pages),
            "file": max(size(world, f"/{each}") for each in files),
        }
        world.set_passwords(reader="a-password")
        world.configure(ACCESS="private")
        refused = {"refused": max(size(world, path) for path in ("/ping", "/videos", "/docs"))}
        return {name: rounded_up(most) for name, most in (found | refused).items()}


def size(world: World, path: str) -> int:
    """Bytes of an answer."""
    answer = world.get(path, **{"Accept-Encoding": "identity"})
    assert answer.status_code in (200, 401), path
    head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    return len(answer.get_data()) + len(head)


def rounded_up(number: int) -> int:
    """To the next number of one digit and zeros, so that the papers need not follow each change of a page."""
    unit: int = 10 ** (len(str(number)) - 1)
    return math.ceil(number / unit) * unit


def bill(template: Template, sizes: dict[str, int]) -> dict[str, tuple[float, float, float]]:
    """Dollars a day by item: plain requests to a private deployment, the worst ones, and the worst to a public one."""
    (gateway,) = template.of_type("AWS::Serverless::HttpApi").values()
    own = {route: limits["ThrottlingRateLimit"] for route, limits in gateway["RouteSettings"].items()}
    default = int(template.value(gateway["DefaultRouteSettings"]["ThrottlingRateLimit"], str))
    files = own["GET /docs/{file}"]
    requests = DAY * (default + sum(own.values()))
    memory = template.function("ApiFunction")["MemorySize"] / 1024
    units = int(template.parameters["MaxReadUnits"]) * DAY * capped(template)
    metered = math.ceil(BODY / METERED)
    lines = LAMBDA_LINES + ACCESS_LINE
    sent = (
        DAY * (files * sizes["file"] + default * sizes["page"])
        + (requests - DAY * (files + default)) * sizes["refused"]
    )
    items = {
        "requests": ("HTTP requests", requests, requests * metered, requests * metered),
        "invocations": ("invocations", requests, requests, requests),
        "their time": ("GB-seconds", requests * PAGE_SECONDS * memory, *2 * (EXECUTIONS * DAY * memory,)),
        "logs": ("log GB", requests * lines / GB, *2 * (requests * (lines + REQUEST_LINE) / GB,)),
        "passwords read": ("secret reads", EXECUTIONS * GUESSES, EXECUTIONS * GUESSES, EXECUTIONS * GUESSES),
        "read units": ("read units", 0, 0, units),
        "write units": ("write units", 0, 0, 0),
        "sent": ("egress GB", *2 * (requests * sizes["refused"] / GB,), sent / GB),
    }
    return {name: tuple(PRICES[item] * amount for amount in amounts) for name, (item, *amounts) in items.items()}


def capped(template: Template) -> int:
    """How many tables and indexes there are, each with the same cap."""
    tables = template.of_type(TABLE).values()
    return len(tables) + sum(len(table.get("GlobalSecondaryIndexes", ())) for table in tables)


def test_the_papers_figures_are_these(template: Template, sizes: dict[str, int]) -> None:
    items = bill(template, sizes)
    totals = tuple(map(sum, zip(*items.values(), strict=True)))
    told = rows(section("docs/operations.md", "What a flood may cost"))
    wanted = [
        [name, *(f"{amount:,.2f}" for amount in amounts)] for name, amounts in (*items.items(), ("in all", totals))
    ]
    assert [[row[0], *row[-3:]] for row in told] == wanted


def test_its_arithmetic_names_what_bounds_it(template: Template, sizes: dict[str, int]) -> None:
    text = section("docs/operations.md", "What a flood may cost")
    (gateway,) = template.of_type("AWS::Serverless::HttpApi").values()
    limits = [each["ThrottlingRateLimit"] for each in gateway["RouteSettings"].values()]
    requests = DAY * (int(template.parameters["ApiRequestsPerSecond"]) + sum(limits))
    for fact in (
        f"{requests:,} requests",
        f"{sizes['page'] // KB} KB",
        f"{sizes['file'] / MB:g} MB",
        f"{capped(template)} times {int(template.parameters['MaxReadUnits']):,} read units",
        f"{PRICES['GB-seconds'] * DAY * template.function('ApiFunction')['MemorySize'] / 1024:.2f} dollars",
    ):
        assert fact in text, fact


def test_the_most_that_one_query_does_at_once_outlasts_a_cap(world: World, template: Template) -> None:
    """A first poll fills the tables, several batches at a time: a cap may hold it up, but not make it give up."""
    world.add(
        *(clip(number, START - number * MINUTE, title=f"A title of some words {number}") for number in range(600))
    )
    with units(world, world.dynamodb) as used:
        world.schedule()
    assert world.reports[-1]["new"] == 500
    patience = sum(min(PAUSE_AT_MOST, 0.05 * 2**attempt) / 2 for attempt in range(WRITE_ROUNDS))
    for name in used.keys() - {"read", "write"}:
        # What the table and each of its indexes take of it.
        copies = 3 if name == f"write {world.environ['VIDEOS_TABLE']}" else 1
        cap = int(template.parameters["MaxWriteUnits" if name.startswith("write") else "MaxReadUnits"])
        seconds = patience if name.startswith("write") else 1
        assert used[name] / copies <= cap * seconds, name


def test_a_stranger_makes_a_private_deployment_read_nothing_and_a_private_one_write_nothing(
    world: World,
) -> None:
    """What the rows of zeros say."""
    world.set_passwords(reader="a-password", editor="another")
    world.configure(ACCESS="private")
    called: list[str] = []

    def note(model: object, **_: object) -> None:
        called.append(str(model))

    world.dynamodb.meta.events.register("before-call.dynamodb", note)
    try:
        for path in api.routes:
            world.get(path.replace("*", "cricket"))
            world.client().put("/queries/a", json={}, auth=("reader", "a-password"))
        world.now += timedelta(minutes=1)
        assert called == []
        world.configure(ACCESS="public")
        for path in api.routes:
            world.get(path.replace("*", "video000001"))
        assert called
        assert not [each for each in called if not re.search(r"name=(BatchGetItem|GetItem|Query)", each)]
    finally:
        world.dynamodb.meta.events.unregister("before-call.dynamodb", note)

"""Least privilege: what the template's roles allow is what the functions' code calls, and nothing else."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, cast

import pytest
from werkzeug.wrappers import Response

from functions.api import app as api
from functions.notifier import app as notifier
from local.template import Intrinsic, Template
from tests.world import MINUTE, NEWS, POLLS, START, World, clip
from trim import USED

type Permission = tuple[str, str]
"""An action and the resource, by its logical id, that it is for."""

BY_THE_SERVICE: dict[str, set[Permission]] = {
    "FetcherRole": {
        # The queue's event source mapping works with the function's role, and so does the destination of failures.
        ("sqs:DeleteMessage", "PollQueue"),
        ("sqs:GetQueueAttributes", "PollQueue"),
        ("sqs:ReceiveMessage", "PollQueue"),
        ("sqs:SendMessage", "DeadLetterQueue"),
        ("logs:CreateLogStream", "FetcherLogs"),
        ("logs:PutLogEvents", "FetcherLogs"),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:PutTraceSegments", "*"),
    },
    "ApiRole": {
        ("logs:CreateLogStream", "ApiLogs"),
        ("logs:PutLogEvents", "ApiLogs"),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:PutTraceSegments", "*"),
    },
    "EditorRole": {
        ("logs:CreateLogStream", "EditorLogs"),
        ("logs:PutLogEvents", "EditorLogs"),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:PutTraceSegments", "*"),
    },
    "NotifierRole": {
        ("sqs:DeleteMessage", "NewsQueue"),
        ("sqs:GetQueueAttributes", "NewsQueue"),
        ("sqs:ReceiveMessage", "NewsQueue"),
        ("logs:CreateLogStream", "NotifierLogs"),
        ("logs:PutLogEvents", "NotifierLogs"),
        ("xray:PutTelemetryRecords", "*"),
        ("xray:PutTraceSegments", "*"),
    },
}
"""What Lambda does with a function's role beside the function's own calls."""
BUS = "arn:${AWS::Partition}:events:${AWS::Region}:${AWS::AccountId}:event-bus/${EventBus}"
READS = {"dynamodb:BatchGetItem", "dynamodb:Query"}


@pytest.fixture
def busy_world(world: World) -> World:
    """A world in which the fetcher will have to make every kind of call."""
    world.add(*(clip(number, START - number * MINUTE, channel_id="UCone") for number in range(60)))
    world.apps["instance.test"] = Response(
        '[{"type": "video", "videoId": "dQw4w9WgXcQ", "title": "A video", "author": "One", "authorId": "UCone",'
        ' "published": 1795400000, "publishedText": "1 hour ago", "lengthSeconds": 10}]',
        content_type="application/json",
    )
    world.configure(INVIDIOUS_URLS="http://instance.test")
    return world


def test_the_fetcher_may_do_what_it_does(
    busy_world: World, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_target(busy_world)
    # What the notifier does with it is another test's.
    monkeypatch.setattr(busy_world, "deliver_news", lambda _: None)
    with calls(busy_world) as made:
        busy_world.run(2 * MINUTE)
        busy_world.add(clip(0, START, channel_id="UCone", title="Another title"))
        for number in range(1, 60):
            busy_world.clips.remove(f"video{number:06d}")
        busy_world.now += timedelta(hours=30)
        busy_world.add(clip(60, busy_world.now - MINUTE))
        busy_world.run(30 * MINUTE)
        busy_world.set_keys()
        busy_world.now += timedelta(hours=1)
        busy_world.run(2 * MINUTE)
    assert made | BY_THE_SERVICE["FetcherRole"] == allowed(template, "FetcherRole")


def test_the_api_may_do_what_it_does(busy_world: World, template: Template) -> None:
    busy_world.run(MINUTE)
    busy_world.set_passwords(reader="a-password")
    busy_world.configure(ACCESS="private")
    let_in = {"Authorization": "Bearer a-password"}
    with calls(busy_world) as made:
        for path in api.routes:
            busy_world.get(path.replace("queries/*", "queries/cricket").replace("*", "video000001"), **let_in)
        assert busy_world.get("/videos?channel_id=UCone", **let_in).status_code == 200
        assert busy_world.get("/videos?search=video", **let_in).status_code == 200
        assert busy_world.get("/videos", Authorization="Bearer wrong").status_code == 401
    assert made | BY_THE_SERVICE["ApiRole"] == allowed(template, "ApiRole")


def test_the_editor_may_do_what_it_does_and_touches_what_is_watched_alone(world: World, template: Template) -> None:
    world.schedule()
    touched: set[str] = set()

    def note(params: dict[str, Any], **_: Any) -> None:
        names = {"Key", "Item", "Keys", ":pk"}
        touched.update(partition for name in names for partition in _partitions(params, name))

    world.dynamodb.meta.events.register("provide-client-params.dynamodb", note)
    world.configure(ACCESS="private")
    world.set_passwords(editor="a-password")
    with calls(world) as made:
        for change, status in (("put", 201), ("put", 200), ("delete", 204)):
            answer = getattr(world.client(), change)(
                "/queries/tennis", auth=("editor", "a-password"), headers={"If-Match": "*"} if status != 201 else {}
            )
            assert answer.status_code == status
        add_target(world, auth=("editor", "a-password"))
        assert world.client().put("/targets/program/test", auth=("editor", "a-password")).status_code == 202
    world.dynamodb.meta.events.unregister("provide-client-params.dynamodb", note)
    assert made | BY_THE_SERVICE["EditorRole"] == allowed(template, "EditorRole")
    assert touched == {"watched"}
    (condition,) = [each["Condition"] for each in statements(template, "EditorRole") if "Condition" in each]
    assert condition == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["watched"]}}


def test_the_notifier_may_do_what_it_does(world: World, template: Template, monkeypatch: pytest.MonkeyPatch) -> None:
    made: set[Permission] = set()
    deliver_news = world.deliver_news

    def deliver(body: str) -> None:
        with calls(world) as some:
            deliver_news(body)
        made.update(some)

    class Bus:
        def put_events(self, **_: Any) -> dict[str, Any]:
            made.add(("events:PutEvents", BUS))
            return {}

    monkeypatch.setattr(world, "deliver_news", deliver)
    monkeypatch.setattr(notifier, "send", lambda *_: None)
    monkeypatch.setattr(notifier, "events", Bus)
    world.configure(EVENT_BUS="a-bus")
    add_target(world)
    # The world asks nothing twice, unless something was written meanwhile; the editor has just read the addresses.
    world.set_keys("key-one")
    world.poll()
    world.add(clip(1, START))
    world.now += 30 * MINUTE
    world.poll(news=True)
    world.settle()
    assert made | BY_THE_SERVICE["NotifierRole"] == allowed(template, "NotifierRole")


def test_events_may_be_put_by_the_notifier_alone_and_where_there_is_a_bus(template: Template) -> None:
    roles = template.of_type("AWS::IAM::Role")
    assert [role for role in roles if any(action.startswith("events:") for action, _ in allowed(template, role))] == [
        "NotifierRole"
    ]
    (policy,) = roles["NotifierRole"]["Policies"]
    chosen = [each.argument for each in policy["PolicyDocument"]["Statement"] if isinstance(each, Intrinsic)]
    ((_, statement, other),) = [each for each in chosen if each[0] == "HasBus"]
    assert (statement["Action"], other) == ("events:PutEvents", Intrinsic("Ref", "AWS::NoValue"))


@pytest.mark.parametrize("role", ["FetcherRole", "NotifierRole"])
def test_who_keeps_state_may_not_change_what_is_watched(role: str, template: Template) -> None:
    (denied,) = [each for each in statements(template, role) if each["Effect"] == "Deny"]
    assert set(denied["Action"]) == {action for action, on in allowed(template, role) if on == "StateTable"} - READS
    assert denied["Resource"] == Intrinsic("GetAtt", "StateTable.Arn")
    assert denied["Condition"] == {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": ["watched"]}}


def test_the_api_changes_no_state(template: Template) -> None:
    assert {action for action, resource in allowed(template, "ApiRole") if resource == "StateTable"} == READS


def add_target(world: World, auth: tuple[str, str] | None = None) -> None:
    settings = {"kind": "webhook", "address": "http://receiver.test/"}
    assert world.client().put("/targets/program", json=settings, auth=auth).status_code == 201


def _partitions(value: Any, name: str) -> Iterator[str]:
    """The state table's partitions that a request names."""
    match value:
        case {"pk": {"S": str(partition)}}:
            yield partition
        case {":pk": {"S": str(partition)}} if name == ":pk":
            yield partition
        case dict():
            for inner in value.values():
                yield from _partitions(inner, name)
        case list():
            for inner in value:
                yield from _partitions(inner, name)


def test_the_layer_has_the_operations_that_are_allowed_and_no_others(template: Template) -> None:
    permitted = {action for role in BY_THE_SERVICE for action, _ in allowed(template, role) - BY_THE_SERVICE[role]}
    used = {f"{service}:{name}" for service, names in USED.items() for name in names}
    # It has no permission of its own: docs.aws.amazon.com/service-authorization, Amazon SQS.
    assert used - {"sqs:SendMessageBatch"} == permitted


@contextmanager
def calls(world: World) -> Iterator[set[Permission]]:
    """The permissions that the calls made in the block need."""
    tables = {
        world.environ["VIDEOS_TABLE"]: "VideosTable",
        world.environ["STATE_TABLE"]: "StateTable",
        world.environ["WORDS_TABLE"]: "WordsTable",
    }
    made: set[Permission] = set()

    def record_table(params: dict[str, Any], model: Any, **_: Any) -> None:
        for name in params.get("RequestItems", [params.get("TableName")]):
            index = f"/index/{params['IndexName']}" if "IndexName" in params else ""
            made.add((f"dynamodb:{model.name}", tables[name] + index))

    secrets = {
        world.environ["KEYS_SECRET_ID"]: "KeysSecret",
        world.environ["PASSWORDS_SECRET_ID"]: "PasswordsSecret",
        world.environ["TARGETS_SECRET_ID"]: "TargetsSecret",
    }

    def record_secret(params: dict[str, Any], model: Any, **_: Any) -> None:
        secret = secrets[params["SecretId"]]
        # Keys are put there by the test.
        if (model.name, secret) != ("PutSecretValue", "KeysSecret"):
            made.add((f"secretsmanager:{model.name}", secret))

    class Queue:
        """The world's, which is not SQS."""

        def send_message(self, **request: Any) -> None:
            made.add(("sqs:SendMessage", {POLLS: "PollQueue", NEWS: "NewsQueue"}[request["QueueUrl"]]))
            queue.send_message(**request)

        def send_message_batch(self, **request: Any) -> dict[str, Any]:
            made.add(("sqs:SendMessage", {POLLS: "PollQueue", NEWS: "NewsQueue"}[request["QueueUrl"]]))
            return queue.send_message_batch(**request)

        def __getattr__(self, name: str) -> Any:
            return getattr(queue, name)

    recorders: list[tuple[Any, str, Any]] = [
        (world.dynamodb.meta.events, "before-parameter-build.dynamodb", record_table),
        (world._secrets.meta.events, "before-parameter-build.secrets-manager", record_secret),  # noqa: SLF001
    ]
    for events, name, recorder in recorders:
        events.register(name, recorder)
    queue, world.queue = world.queue, cast("Any", Queue())
    try:
        yield made
    finally:
        world.queue = queue
        for events, name, recorder in recorders:
            events.unregister(name, recorder)


def statements(template: Template, role: str) -> list[Any]:
    """What a role allows and denies."""
    return [
        statement.argument[1] if isinstance(statement, Intrinsic) and statement.name == "If" else statement
        for policy in template.of_type("AWS::IAM::Role")[role]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def allowed(template: Template, role: str) -> set[Permission]:
    """The permissions that a role gives."""
    return {
        (action, logical_id(resource))
        for statement in statements(template, role)
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
        for resource in listed(statement["Resource"])
    }


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def logical_id(resource: Any) -> str:
    """The logical id in a reference to a resource's ARN, with what follows it."""
    match resource:
        case "*":
            return "*"
        case Intrinsic("GetAtt", name):
            return re.sub(r"\.(Arn|Id)$", "", name)
        case Intrinsic("Sub", text):
            return re.sub(r"^\$\{(\w+)\.Arn\}", r"\1", text)
    raise AssertionError(f"neither an exact ARN nor '*': {resource}")

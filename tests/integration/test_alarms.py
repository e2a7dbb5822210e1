"""Alarms and the operator's dashboard look at metrics that exist, by their exact names and dimensions."""

import json
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.wrappers import Response

from functions.fetcher import app as fetcher
from functions.notifier import app as notifier
from local.invocation import Function
from local.serving import serving
from local.template import Intrinsic, Template
from newsreel.library.item import to_item
from newsreel.times import stamp
from newsreel.tracking.state import QueryTracking
from newsreel.tracking.states import TrackingStates
from newsreel.video import Video
from tests.world import MINUTE, NEWS, PROPERTIES, START, World, clip

type Metric = tuple[str, str, frozenset[str]]
"""Namespace, name, and dimensions: with their values for newsreel's own metrics, only their names for AWS's."""

AWS = {
    # docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    "AWS/DynamoDB": (
        {
            "ConsumedReadCapacityUnits",
            "ConsumedWriteCapacityUnits",
            "ReadThrottleEvents",
            "WriteThrottleEvents",
        },
        [{"TableName"}, {"TableName", "GlobalSecondaryIndexName"}],
    ),
    # docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html
    "AWS/ApiGateway": ({"4xx", "5xx", "Count", "Latency"}, [{"ApiId"}]),
    # docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    "AWS/Lambda": ({"Duration", "Errors", "Throttles"}, [{"FunctionName"}]),
    # docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
    "AWS/SQS": ({"ApproximateAgeOfOldestMessage", "ApproximateNumberOfMessagesVisible"}, [{"QueueName"}]),
}
PUBLISHED = {
    (namespace, name, frozenset(dimensions))
    for namespace, (names, sets) in AWS.items()
    for name in names
    for dimensions in sets
}

STACK = Intrinsic("Ref", "AWS::StackName"), "${AWS::StackName}"
"""The two ways in which the template writes a stack's name."""


@pytest.fixture(autouse=True)
def stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """The functions of a stack."""
    monkeypatch.setattr(fetcher.metrics, "service", "this stack")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "this stack")


def test_alarms_look_at_metrics_that_exist(
    world: World, template: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    assert watched(template) <= PUBLISHED | emitted(world, capsys)


def test_the_dashboard_looks_at_metrics_that_exist(
    world: World, template: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown(template) <= PUBLISHED | emitted(world, capsys)


def test_the_dashboard_shows_every_metric_with_an_alarm_and_all_of_newsreels_own(
    world: World, template: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    assert watched(template) | emitted(world, capsys) <= shown(template)


def test_the_figures_behind_alarms_come_every_minute(
    world: World, template: Template, capsys: pytest.CaptureFixture[str]
) -> None:
    world.configure(POLL_INTERVAL_SECONDS="3600")
    add_target(world, "http://receiver.test/")
    for _ in range(2):  # in the second minute, nothing is due
        capsys.readouterr()
        invoke({"source": "aws.scheduler"})
        assert {metric for metric in watched(template) if metric[0] == "newsreel"} <= told(capsys.readouterr().out)
        world.now += MINUTE


@pytest.mark.parametrize(
    ("keys", "instances", "alarming"),
    [
        ("", "http://instance.test", False),
        ("key-one", "http://instance.test", True),
        ("", "", True),
    ],
)
def test_instances_alone_raise_no_alarm_for_want_of_keys(
    world: World, capsys: pytest.CaptureFixture[str], keys: str, instances: str, *, alarming: bool
) -> None:
    world.set_keys(*keys.split())
    world.apps["instance.test"] = Response("[]", content_type="application/json")
    world.configure(INVIDIOUS_URLS=instances)
    capsys.readouterr()
    invoke({"source": "aws.scheduler"})
    names = {name for _, name, _ in told(capsys.readouterr().out)}
    assert {"SecondsSinceSuccess", "GapsOpen"} <= names
    assert ({"KeysUsable", "SearchCallsLeft"} <= names) is alarming
    assert names.isdisjoint({"KeysUsable", "SearchCallsLeft"}) is not alarming


def test_every_alarm_tells_the_topic(template: Template) -> None:
    for alarm in template.of_type("AWS::CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [Intrinsic("Ref", "AlarmTopic")]


def test_a_slow_fetcher_is_told_of_before_its_time_is_over(template: Template) -> None:
    alarm = template.of_type("AWS::CloudWatch::Alarm")["SlowFetcherAlarm"]
    assert alarm["Threshold"] == 0.8 * 1000 * template.function("FetcherFunction")["Timeout"]


def emitted(world: World, capsys: pytest.CaptureFixture[str]) -> set[Metric]:
    """The metrics of a schedule's event, a poll that finds something, its telling, and a poll by the fallback."""
    capsys.readouterr()
    statuses = iter([500, 200])

    def receiver(*request: Any) -> Any:
        return Response(status=next(statuses))(*request)

    with serving(receiver) as url:
        add_target(world, url)
        lived_through(world)
    assert not list(statuses)
    judged(world)
    return told(capsys.readouterr().out)


def judged(world: World) -> None:
    """A video was tracked three days ago; a plan asks whether search has confirmed it."""
    world.configure(TRACKING="on")
    at = stamp(START - timedelta(days=3))
    tables = world.environ["VIDEOS_TABLE"], world.environ["STATE_TABLE"]
    video = Video("video000009", "cricket", at, at, at, found_by="channel", tracked=True)
    world.dynamodb.put_item(TableName=tables[0], Item=to_item(video, timedelta(days=28)))
    state = QueryTracking("cricket", "cricket", judged_until=START - timedelta(days=4))
    TrackingStates(world.dynamodb, tables[1]).put_queries([state], world.now)
    record = {"messageId": "1", "body": json.dumps({"track": stamp(world.now)}), "eventSource": "aws:sqs"}
    invoke({"Records": [record]})


def add_target(world: World, url: str) -> None:
    answer = world.client().put("/targets/program", json={"kind": "webhook", "address": url})
    assert answer.status_code == 201, answer.get_json()


def lived_through(world: World) -> None:
    world.apps["instance.test"] = Response("[]", content_type="application/json")
    world.configure(INVIDIOUS_URLS="http://instance.test")
    invoke({"source": "aws.scheduler"})
    world.add(clip(1, START))
    world.now += 30 * MINUTE
    invoke({"source": "aws.scheduler"})
    # A message that is not taken comes again soon.
    for at, url, body in world.queue.until(world.now + MINUTE):
        world.now = max(world.now, at)
        if url == NEWS:
            record = {"messageId": "1", "body": body, "eventSource": "aws:sqs"}
            Function("notifier", notifier.handler, PROPERTIES).invoke({"Records": [record]})
    world.set_keys()
    world.now += 30 * MINUTE
    invoke({"source": "aws.scheduler"})


def invoke(event: dict[str, Any]) -> None:
    Function("fetcher", fetcher.handler, PROPERTIES).invoke(event)


def told(output: str) -> set[Metric]:
    """The metrics among the lines of a log.

    Format: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html.
    """
    lines = [json.loads(line) for line in output.splitlines() if '"_aws"' in line]
    return {
        (each["Namespace"], metric["Name"], frozenset(f"{name}={line[name]}" for name in dimensions))
        for line in lines
        for each in line["_aws"]["CloudWatchMetrics"]
        for metric in each["Metrics"]
        for dimensions in each["Dimensions"]
    }


def watched(template: Template) -> set[Metric]:
    """The metrics of all alarms."""
    found = set()
    for alarm in template.of_type("AWS::CloudWatch::Alarm").values():
        queries = [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", ()) if "MetricStat" in each]
        for query in queries or [alarm]:
            dimensions = {each["Name"]: each["Value"] for each in query["Dimensions"]}
            found.add(metric(query["Namespace"], query["MetricName"], dimensions))
    return found


def shown(template: Template) -> set[Metric]:
    """The metrics of all the dashboard's widgets."""
    (dashboard,) = template.of_type("AWS::CloudWatch::Dashboard").values()
    widgets = json.loads(dashboard["DashboardBody"].argument)["widgets"]
    return {
        metric(namespace, name, dict(zip(dimensions[::2], dimensions[1::2], strict=True)))
        for widget in widgets
        for namespace, name, *dimensions, _ in widget["properties"].get("metrics", ())
    }


def metric(namespace: str, name: str, dimensions: dict[str, Any]) -> Metric:
    if namespace == "newsreel":
        values = {name: "this stack" if value in STACK else value for name, value in dimensions.items()}
        return namespace, name, frozenset(f"{name}={value}" for name, value in values.items())
    return namespace, name, frozenset(dimensions)

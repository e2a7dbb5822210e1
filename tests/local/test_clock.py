"""The clock: how the schedule's events and the queue's messages reach a function."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from local.clock import Clock, deliver, invoke_by_schedule, receive
from local.engine import Engine
from local.invocation import Function
from local.stack import QueueSource

PROPERTIES = {"MemorySize": 128, "Timeout": 10}


@pytest.fixture
def dead_letters(services: Engine) -> str:
    return services.sqs.create_queue(QueueName=f"dead-{uuid4().hex[:8]}")["QueueUrl"]


@pytest.fixture
def source(services: Engine, dead_letters: str) -> Iterator[QueueSource]:
    """A queue whose messages come again at once, three times at most."""
    arn = services.sqs.get_queue_attributes(QueueUrl=dead_letters, AttributeNames=["QueueArn"])["Attributes"][
        "QueueArn"
    ]
    redrive = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3})
    attributes: Any = {"VisibilityTimeout": "0", "RedrivePolicy": redrive}
    url = services.sqs.create_queue(QueueName=f"polls-{uuid4().hex[:8]}", Attributes=attributes)["QueueUrl"]
    yield QueueSource(url, "arn:aws:sqs:us-east-1:000000000000:polls", 10)
    services.sqs.delete_queue(QueueUrl=url)


def function(handler: Callable[[dict[str, Any], Any], Any]) -> Function:
    return Function("fetcher", handler, PROPERTIES)


def send(services: Engine, source: QueueSource, *bodies: str, delay: int = 0) -> None:
    for body in bodies:
        services.sqs.send_message(QueueUrl=source.queue_url, MessageBody=body, DelaySeconds=delay)


def pump(services: Engine, source: QueueSource, handler: Callable[[dict[str, Any], Any], Any]) -> int:
    """Deliver what can be received now; how many messages that was."""
    if messages := receive(source, services.sqs):
        deliver(messages, function(handler), source, services.sqs)
    return len(messages)


def test_the_schedules_event_is_that_of_eventbridge_scheduler() -> None:
    events: list[dict[str, Any]] = []
    invoke_by_schedule(function(lambda event, _: events.append(event)), datetime(2026, 11, 23, 2, 0, 5, 7, tzinfo=UTC))
    (event,) = events
    assert event["source"] == "aws.scheduler"
    assert event["detail-type"] == "Scheduled Event"
    assert event["time"] == "2026-11-23T02:00:05Z"
    assert event["detail"] == "{}"


def test_a_failing_schedule_is_logged_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    def handler(*_: Any) -> None:
        raise RuntimeError("broken")

    invoke_by_schedule(function(handler), datetime.now(UTC))
    assert "fetcher failed" in caplog.text
    assert "broken" in caplog.text


def test_a_function_that_does_not_end_is_said_in_one_line_and_its_message_comes_again(
    services: Engine, source: QueueSource, caplog: pytest.LogCaptureFixture
) -> None:
    ended = threading.Event()
    send(services, source, "slow")
    messages = receive(source, services.sqs)
    slow = Function("fetcher", lambda *_: ended.wait(10), PROPERTIES | {"Timeout": 0})
    deliver(messages, slow, source, services.sqs)
    ended.set()
    (record,) = caplog.records
    assert (record.getMessage(), record.exc_info) == ("fetcher timed out after 0 seconds", None)
    assert [message["Body"] for message in receive(source, services.sqs)] == ["slow"]


def test_a_message_arrives_as_lambdas_event_and_is_deleted(services: Engine, source: QueueSource) -> None:
    events: list[dict[str, Any]] = []
    send(services, source, '{"query": "cricket"}')
    assert pump(services, source, lambda event, _: events.append(event)) == 1
    ((record,),) = (event["Records"] for event in events)
    assert record["body"] == '{"query": "cricket"}'
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"] == source.queue_arn
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record.keys() == {
        "messageId",
        "receiptHandle",
        "body",
        "attributes",
        "messageAttributes",
        "md5OfBody",
        "eventSource",
        "eventSourceARN",
        "awsRegion",
    }
    assert pump(services, source, lambda *_: None) == 0


def test_a_delayed_message_is_not_there_yet(services: Engine, source: QueueSource) -> None:
    send(services, source, "later", delay=60)
    assert pump(services, source, lambda *_: None) == 0


def test_only_the_failed_messages_of_a_batch_come_again(services: Engine, source: QueueSource) -> None:
    def fail_b(event: dict[str, Any], _: Any) -> dict[str, Any]:
        failures = [{"itemIdentifier": r["messageId"]} for r in event["Records"] if r["body"] == "b"]
        return {"batchItemFailures": failures}

    seen: list[str] = []
    send(services, source, "a", "b", "c")
    assert pump(services, source, fail_b) == 3
    assert pump(services, source, lambda event, _: seen.extend(r["body"] for r in event["Records"])) == 1
    assert seen == ["b"]


@pytest.mark.parametrize(
    "answer", [{"batchItemFailures": [{"itemIdentifier": "unknown"}]}, {"batchItemFailures": [{}]}]
)
def test_a_batch_fails_as_a_whole_where_the_answer_makes_no_sense(
    services: Engine, source: QueueSource, answer: dict[str, Any]
) -> None:
    send(services, source, "a", "b")
    assert pump(services, source, lambda *_: answer) == 2
    assert pump(services, source, lambda *_: {"batchItemFailures": []}) == 2
    assert pump(services, source, lambda *_: None) == 0


def test_a_message_that_always_fails_is_buried(services: Engine, source: QueueSource, dead_letters: str) -> None:
    def handler(*_: Any) -> None:
        raise RuntimeError("broken")

    send(services, source, "poison")
    assert [pump(services, source, handler) for _ in range(4)] == [1, 1, 1, 0]
    (buried,) = services.sqs.receive_message(QueueUrl=dead_letters)["Messages"]
    assert buried["Body"] == "poison"


def test_the_clock_sends_an_event_at_once_and_messages_as_they_come(services: Engine, source: QueueSource) -> None:
    events: list[str] = []
    both = threading.Event()

    def handler(event: dict[str, Any], _: Any) -> None:
        events.append(event["Records"][0]["body"] if "Records" in event else event["source"])
        if len(events) == 2:
            both.set()

    send(services, source, "now")
    worker = function(handler)
    clock = Clock(worker, [(source, [worker])], services.sqs)
    clock.start()
    assert both.wait(5)
    clock.stop(5)
    assert sorted(events) == ["aws.scheduler", "now"]
    send(services, source, "after the end")
    assert pump(services, source, lambda *_: None) == 1


def test_a_slow_instance_keeps_no_other_message_waiting(services: Engine, source: QueueSource) -> None:
    begun, done, slow_may_end = threading.Semaphore(0), threading.Semaphore(0), threading.Event()
    services.sqs.set_queue_attributes(QueueUrl=source.queue_url, Attributes={"VisibilityTimeout": "60"})

    def handler(event: dict[str, Any], _: Any) -> None:
        (record,) = event["Records"]
        if record["body"] == "slow":
            begun.release()
            slow_may_end.wait(10)
        else:
            done.release()

    one_each = replace(source, batch_size=1)
    send(services, source, "slow", "a", "b", "slow", "c")
    clock = Clock(function(lambda *_: None), [(one_each, [function(handler) for _ in range(3)])], services.sqs)
    clock.start()
    assert all(begun.acquire(timeout=5) for _ in range(2))
    assert all(done.acquire(timeout=5) for _ in range(3))
    slow_may_end.set()
    clock.stop(5)


def test_stopping_waits_for_what_runs_but_not_for_ever(services: Engine, source: QueueSource) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def handler(*_: Any) -> None:
        begun.set()
        may_end.wait(10)

    worker = function(handler)
    clock = Clock(worker, [(source, [worker])], services.sqs)
    clock.start()
    assert begun.wait(5)
    clock.stop(0.05)
    may_end.set()
    clock.stop(5)


def test_a_clock_that_is_not_started_yet_can_be_stopped(services: Engine, source: QueueSource) -> None:
    worker = function(lambda *_: None)
    Clock(worker, [(source, [worker])], services.sqs).stop(0)


def test_a_function_handles_one_event_at_a_time() -> None:
    running, most = 0, 0

    def handler(*_: Any) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        threading.Event().wait(0.01)
        running -= 1

    one = function(handler)
    threads = [threading.Thread(target=one.invoke, args=({},)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1

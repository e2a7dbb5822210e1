"""The clock: sends functions the schedule's events and their queues' messages, as Scheduler and Lambda's poller do."""

import logging
import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from local.engine import REGION
from local.invocation import Function, TimedOut
from local.stack import QueueSource

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

logger = logging.getLogger(__name__)

MINUTE = 60.0
PAUSE = 0.2
"""Seconds between two looks into the queue; how late a message may be."""


class Clock:
    """Invokes a function at once, then every minute, and others with every message of their queues.

    Of a queue's instances each works on a batch of its own, so that none waits for another.
    """

    def __init__(
        self, scheduled: Function, queues: Iterable[tuple[QueueSource, Sequence[Function]]], sqs: "SQSClient"
    ) -> None:
        self._sqs = sqs
        self._stopped = threading.Event()
        loops = [partial(self._every_minute, scheduled)]
        for source, instances in queues:
            turn = threading.Lock()
            loops += [partial(self._every_message, source, each, turn) for each in instances]
        # They end with the process at the latest, whatever an invocation waits for.
        self._threads = [threading.Thread(target=loop, daemon=True) for loop in loops]

    def start(self) -> None:
        """Begin, in threads of its own."""
        for thread in self._threads:
            thread.start()

    def stop(self, patience: float) -> None:
        """Invoke no more, and wait for what still runs, but no longer than these seconds."""
        self._stopped.set()
        deadline = time.monotonic() + patience
        # Ctrl-C may come before all are started.
        for thread in filter(threading.Thread.is_alive, self._threads):
            thread.join(max(0, deadline - time.monotonic()))

    def _every_minute(self, function: Function) -> None:
        due = time.monotonic()
        while not self._stopped.wait(max(0, due - time.monotonic())):
            invoke_by_schedule(function, datetime.now(UTC))
            # A machine that slept has missed events; they are not made up for.
            due = max(due + MINUTE, time.monotonic())

    def _every_message(self, source: QueueSource, function: Function, turn: threading.Lock) -> None:
        while not self._stopped.is_set():
            # Whoever is free and whose turn it is looks out for the others, too.
            with turn:
                messages = self._next(source)
            if messages:
                deliver(messages, function, source, self._sqs)

    def _next(self, source: QueueSource) -> "Sequence[MessageTypeDef]":
        """The next batch of a queue; nothing once the clock is stopped."""
        while not self._stopped.is_set():
            if messages := receive(source, self._sqs):
                return messages
            self._stopped.wait(PAUSE)
        return []


def invoke_by_schedule(function: Function, at: datetime) -> None:
    """Invoke a function as EventBridge Scheduler does where the template gives no input of its own."""
    moment = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    event = {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "000000000000",
        "time": moment,
        "region": REGION,
        "resources": [f"arn:aws:scheduler:{REGION}:000000000000:schedule/default/every-minute"],
        "detail": "{}",
    }
    _answer(function, event)


def receive(source: QueueSource, sqs: "SQSClient") -> "Sequence[MessageTypeDef]":
    """Take a batch of messages, which nobody else sees until the queue's visibility time-out."""
    return sqs.receive_message(
        QueueUrl=source.queue_url,
        MaxNumberOfMessages=source.batch_size,
        MessageSystemAttributeNames=["All"],
        MessageAttributeNames=["All"],
    ).get("Messages", [])


def deliver(messages: "Sequence[MessageTypeDef]", function: Function, source: QueueSource, sqs: "SQSClient") -> None:
    """Invoke a function with a batch of messages, then delete those it did not fail at.

    See https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html: the others come again when
    their visibility time is over, until the queue's redrive policy buries them.
    """
    event = {"Records": [_record(message, source.queue_arn) for message in messages]}
    ids = {message["MessageId"] for message in messages}
    failed = _failed(_answer(function, event), ids)
    for message in messages:
        if message["MessageId"] not in failed:
            sqs.delete_message(QueueUrl=source.queue_url, ReceiptHandle=message["ReceiptHandle"])


def _answer(function: Function, event: dict[str, Any]) -> Any:
    """What the function answers, or the exception that it raised, which is logged as Lambda would."""
    try:
        return function.invoke(event)
    except TimedOut as error:
        logger.error("%s", error)  # noqa: TRY400 - where it waits is not known here
        return error
    except Exception as error:
        logger.exception("%s failed", function.name)
        return error


def _failed(answer: Any, ids: set[str]) -> set[str]:
    """Which messages of a batch failed: all of them where the answer is an exception or names an unknown one."""
    match answer:
        case Exception():
            return ids
        case {"batchItemFailures": [*failures]}:
            failed = {failure.get("itemIdentifier") for failure in failures}
            return ids if failed - ids else failed
    return set()


def _record(message: "MessageTypeDef", queue_arn: str) -> dict[str, Any]:
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message["Attributes"],
        "messageAttributes": message.get("MessageAttributes", {}),
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }

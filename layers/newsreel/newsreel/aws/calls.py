"""Calls to AWS: errors translated, batches split, several made at a time, their unprocessed rest asked for again."""

import codecs
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import batched
from math import ceil
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from newsreel.aws.attributes import Attributes
from newsreel.errors import (
    ConditionFailed,
    NewsreelError,
    QueueUnavailable,
    SecretUnreadable,
    TableRefused,
    TableUnavailable,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

OURS = {
    "AccessDeniedException",
    "ResourceNotFoundException",
    "SerializationException",
    "UnrecognizedClientException",
    "ValidationException",
}
"""What no later attempt would better:
docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html."""
GET_LIMIT = 100
WRITE_LIMIT = 25
MESSAGES_LIMIT = 10
AT_ONCE = 16
"""Batches that are under way at a time."""
DELAY_AT_MOST = 900
"""Seconds that SQS can delay a message."""
READ_ROUNDS, WRITE_ROUNDS = 6, 12
"""How often the unprocessed part of a batch is asked for again. Somebody may wait for what is read; what a burst writes
may take a table of 4,000 units a second some seconds."""
PAUSE_AT_MOST = 1.6
"""Seconds; the pauses double from 50 ms up to this."""


@contextmanager
def table_errors() -> Iterator[None]:
    """Turn what botocore raises into TableUnavailable, TableRefused or, for a condition not held, ConditionFailed."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "ConditionalCheckFailedException":
            raise ConditionFailed(error.operation_name) from error
        raise (TableRefused if code in OURS else TableUnavailable)(f"{error.operation_name}: {code}") from error
    except BotoCoreError as error:
        raise TableUnavailable(f"{type(error).__name__}: {error}") from error


def condition_held(write: Callable[..., Any], **request: Any) -> dict[str, Any] | None:
    """Do a conditional write; its answer, or None where the condition did not hold."""
    try:
        with table_errors():
            answer: dict[str, Any] = write(**request)
            return answer
    except ConditionFailed:
        return None


def put_version(
    client: "DynamoDBClient", table: str, item: Attributes, former: int, *, was_removed: bool = False
) -> bool:
    """Put an item of which each change has a new `version`, if the one that was read still stands; whether it did.

    `former` is that version, 0 where there was no item; `was_removed`: it only said that what it was is no more. Raises
    TableUnavailable.
    """
    request: dict[str, Any] = {"ConditionExpression": "attribute_not_exists(pk)"}
    if former:
        state = "attribute_exists" if was_removed else "attribute_not_exists"
        request["ConditionExpression"] = f"version = :version AND {state}(removed_at)"
        request["ExpressionAttributeValues"] = {":version": {"N": str(former)}}
    return condition_held(client.put_item, TableName=table, Item=item, **request) is not None


def get_items(
    client: "DynamoDBClient", table: str, keys: Sequence[Attributes], *, consistent: bool = False
) -> list[Attributes]:
    """The items of these keys, in no order; those that do not exist are left out."""
    found: list[Attributes] = []

    def read(request: Any) -> Any:
        answer = client.batch_get_item(RequestItems=request)
        found.extend(answer["Responses"].get(table, []))
        return answer.get("UnprocessedKeys")

    def get(some: Sequence[Attributes]) -> None:
        _until_processed(read, {table: {"Keys": list(some), "ConsistentRead": consistent}}, READ_ROUNDS)

    _each(get, [*batched(keys, GET_LIMIT)])
    return found


def query_items(client: "DynamoDBClient", **request: Any) -> Iterator[Attributes]:
    """The items that a Query gives, page after page. Raises TableUnavailable."""
    while True:
        with table_errors():
            answer = client.query(**request)
        yield from answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def get_partition(
    client: "DynamoDBClient", table: str, partition: str, *, consistent: bool = False
) -> dict[str, Attributes]:
    """The items of a partition of the state table, by sort key. Raises TableUnavailable."""
    items = query_items(
        client,
        TableName=table,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": partition}},
        ConsistentRead=consistent,
    )
    return {item["sk"]["S"]: item for item in items}


def put_items(client: "DynamoDBClient", table: str, items: Sequence[Attributes]) -> None:
    """Put the items, whatever stood there before."""
    _write(client, table, [{"PutRequest": {"Item": item}} for item in items])


def delete_items(client: "DynamoDBClient", table: str, keys: Sequence[Attributes]) -> None:
    """Delete the items of these keys, those that exist."""
    _write(client, table, [{"DeleteRequest": {"Key": key}} for key in keys])


def _write(client: "DynamoDBClient", table: str, requests: Sequence[Any]) -> None:
    def write(request: Any) -> Any:
        return client.batch_write_item(RequestItems=request).get("UnprocessedItems")

    def put(some: Sequence[Any]) -> None:
        _until_processed(write, {table: list(some)}, WRITE_ROUNDS)

    _each(put, [*batched(requests, WRITE_LIMIT)])


def _each[Part](call: Callable[[Part], None], parts: Sequence[Part]) -> None:
    """Do this for each part, several at a time. After a failure no more are begun; it is raised once those are done."""
    if len(parts) < 2:
        for part in parts:
            call(part)
        return
    # Most calls are single ones, and threads are dear to load.
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415

    with ThreadPoolExecutor(min(AT_ONCE, len(parts))) as workers:
        for _ in workers.map(call, parts):
            pass


def _until_processed(call: Callable[[Any], Any], request: Any, rounds: int) -> None:
    for attempt in range(rounds):
        with table_errors():
            request = call(request)
        if not request:
            return
        # Full jitter, as AWS advises for batches: unprocessed parts mean that the table is throttled right now.
        time.sleep(random.uniform(0, min(PAUSE_AT_MOST, 0.05 * 2**attempt)))
    raise TableUnavailable("a batch was still unprocessed after the last retry")


@contextmanager
def _errors(kind: type[NewsreelError], what: str) -> Iterator[None]:
    """Turn what botocore raises into an exception of this kind, which says what is wrong."""
    try:
        yield
    except ClientError as error:
        raise kind(f"{what}: {error.response['Error']['Code']}") from error
    except BotoCoreError as error:
        raise kind(f"{what}: {type(error).__name__}") from error


def write_secret(client: "SecretsManagerClient", secret_id: str, text: str) -> None:
    """Give a secret a new value. Raises SecretUnreadable."""
    with _errors(SecretUnreadable, "the secret cannot be written"):
        client.put_secret_value(SecretId=secret_id, SecretString=text)


def send_message(client: "SQSClient", queue_url: str, message: Mapping[str, Any], delay: float = 0) -> None:
    """Put a message, as JSON, into a queue, which delivers it after so many seconds. Raises QueueUnavailable."""
    with _errors(QueueUnavailable, "the queue takes no message"):
        client.send_message(QueueUrl=queue_url, MessageBody=json.dumps(message), DelaySeconds=_delay(delay))


def send_messages(client: "SQSClient", queue_url: str, messages: Sequence[tuple[Mapping[str, Any], float]]) -> None:
    """Put messages, as JSON, into a queue, each with the seconds until it is delivered.

    Raises QueueUnavailable where it took not all of them.
    """

    def send(some: Sequence[Any]) -> None:
        with _errors(QueueUnavailable, "the queue takes no message"):
            answer = client.send_message_batch(QueueUrl=queue_url, Entries=list(some))
        if failed := answer.get("Failed"):
            raise QueueUnavailable(f"the queue did not take {len(failed)} of its messages: {failed[0]['Code']}")

    entries = [
        {"Id": str(number), "MessageBody": json.dumps(message), "DelaySeconds": _delay(delay)}
        for number, (message, delay) in enumerate(messages)
    ]
    _each(send, [*batched(entries, MESSAGES_LIMIT)])


def _delay(seconds: float) -> int:
    return min(max(0, ceil(seconds)), DELAY_AT_MOST)


def put_event(client: "EventBridgeClient", bus: str, source: str, kind: str, detail: Mapping[str, Any]) -> None:
    """Put an event, its detail as JSON, on a bus. Raises QueueUnavailable."""
    entry = {"EventBusName": bus, "Source": source, "DetailType": kind, "Detail": json.dumps(detail)}
    with _errors(QueueUnavailable, "the bus takes no event"):
        answer = client.put_events(Entries=[entry])  # type: ignore[list-item]
    if answer.get("FailedEntryCount"):
        raise QueueUnavailable(f"the bus takes no event: {answer['Entries'][0].get('ErrorCode')}")


def read_secret(client: "SecretsManagerClient", secret_id: str) -> tuple[str, str]:
    """A secret's text, and the id of its present version. Raises SecretUnreadable."""
    with _errors(SecretUnreadable, "the secret cannot be read"):
        answer = client.get_secret_value(SecretId=secret_id)
    return answer.get("SecretString") or _text(answer.get("SecretBinary", b"")), answer["VersionId"]


def _text(content: bytes) -> str:
    """The text of a file that was put into a secret as it is; Windows writes some in UTF-16."""
    utf_16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if utf_16 else "utf-8", "replace")

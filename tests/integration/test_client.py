"""The functions' own client reads answers as boto3's does, and raises the same errors."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError

from local.engine import Engine
from local.engine import client as boto3_client
from newsreel.aws.calls import get_items, put_items, table_errors
from newsreel.aws.clients import read_as_it_is
from newsreel.errors import TableRefused, TableUnavailable
from tests.tables import Tables, own_client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ITEM: dict[str, Any] = {
    "video_id": {"S": "abcdefghijk"},
    "query": {"S": "cricket"},
    "published_at": {"S": "2026-11-23T12:00:00Z"},
    "title": {"S": 'Ünïcode \u2028 "茶" \U0001f3cf \\'},
    "count": {"N": "12345678901234567890"},
    "exact": {"BOOL": False},
    "nothing": {"NULL": True},
    "deep": {"M": {"list": {"L": [{"S": "a"}, {"M": {}}, {"N": "-1"}]}}},
}
KEY = {name: ITEM[name] for name in ("video_id", "query")}


@pytest.fixture
def client(services: Engine) -> "DynamoDBClient":
    """As the functions have it, without the tests' short way to the engine."""
    return own_client(services.environment["AWS_ENDPOINT_URL_DYNAMODB"])


def test_answers_are_what_botocore_makes_of_them(tables: Tables, client: "DynamoDBClient", services: Engine) -> None:
    plain: DynamoDBClient = boto3_client("dynamodb", services.environment["AWS_ENDPOINT_URL_DYNAMODB"])

    def same(call: Callable[["DynamoDBClient"], Any]) -> Any:
        answers = [call(each) for each in (client, plain, tables.client)]
        for answer in answers:
            told = answer.pop("ResponseMetadata")
            assert told["HTTPStatusCode"] == 200
            assert "x-amzn-requestid" in told["HTTPHeaders"]
        assert answers[0] == answers[1] == answers[2]
        return answers[0]

    put_items(client, tables.videos, [ITEM])
    found = same(
        lambda each: each.query(
            TableName=tables.videos,
            IndexName="by_query_published_at",
            KeyConditionExpression="#query = :query",
            ExpressionAttributeNames={"#query": "query"},
            ExpressionAttributeValues={":query": {"S": "cricket"}},
            Limit=1,
            ReturnConsumedCapacity="TOTAL",
        ),
    )
    assert found["Items"] == [ITEM]
    assert found["LastEvaluatedKey"]["video_id"] == ITEM["video_id"]
    request: Any = {tables.videos: {"Keys": [KEY]}}
    assert same(lambda each: each.batch_get_item(RequestItems=request))["Responses"]
    assert same(lambda each: each.put_item(TableName=tables.videos, Item=ITEM)) == {}


def test_botocores_parser_is_passed_by_at_every_answer(
    tables: Tables, services: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[dict[str, Any]] = []

    def watched(**event: Any) -> None:
        read_as_it_is(**event)
        read.append({**event["customized_response_dict"], "left to botocore": event["response_dict"]["body"]})

    monkeypatch.setattr("newsreel.aws.clients.read_as_it_is", watched)
    client = own_client(services.environment["AWS_ENDPOINT_URL_DYNAMODB"])
    put_items(client, tables.videos, [ITEM])
    assert get_items(client, tables.videos, [KEY]) == [ITEM]
    assert [each["left to botocore"] for each in read] == [b"{}", b"{}"]
    assert read[1]["Responses"] == {tables.videos: [ITEM]}


def test_errors_are_those_of_botocore(tables: Tables, client: "DynamoDBClient") -> None:
    put_items(client, tables.videos, [ITEM])
    for each in (client, tables.client):
        with pytest.raises(ClientError, match="ConditionalCheckFailedException"):
            each.put_item(TableName=tables.videos, Item=ITEM, ConditionExpression="attribute_not_exists(video_id)")
        with pytest.raises(TableRefused, match="ResourceNotFoundException"), table_errors():
            each.batch_get_item(RequestItems={"no-such-table": {"Keys": [KEY]}})


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"Items": [', b"\xff"])
def test_a_broken_answer_is_an_unavailable_table(client: "DynamoDBClient", body: bytes) -> None:
    class Raw:
        def stream(self) -> Any:
            yield body

    def answer(**_: Any) -> Any:
        return AWSResponse("http://dynamodb.test", 200, HTTPHeaders(), Raw())

    client.meta.events.register("before-send.dynamodb", answer)
    with pytest.raises(TableUnavailable):
        get_items(client, "videos", [KEY])

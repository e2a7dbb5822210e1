"""Deletes items whose time to live is over, as DynamoDB does and dynalite does not."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def delete_expired(dynamodb: "DynamoDBClient", name: str, table: dict[str, Any], now: datetime) -> None:
    """Go through a table, described as in the template, once."""
    attribute = table["TimeToLiveSpecification"]["AttributeName"]
    keys = [part["AttributeName"] for part in table["KeySchema"]]
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=name,
        FilterExpression="#expiry < :now",
        ProjectionExpression=", ".join(f"#{key}" for key in keys),
        ExpressionAttributeNames={"#expiry": attribute, **{f"#{key}": key for key in keys}},
        ExpressionAttributeValues={":now": {"N": str(int(now.timestamp()))}},
    )
    for page in pages:
        for key in page["Items"]:
            dynamodb.delete_item(TableName=name, Key=key)

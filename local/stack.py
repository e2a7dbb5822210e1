"""Makes the tables, queues and secrets that `template.yaml` describes on the local engine.

Their physical names are their logical ids, as they are for `sam local`.
"""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from local.engine import Engine, EngineError
from local.template import FUNCTION, QUEUE, SECRET, TABLE, Intrinsic, Template

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

QUEUE_ATTRIBUTES = ("DelaySeconds", "MessageRetentionPeriod", "VisibilityTimeout")
KEYS, PASSWORDS, ADDRESSES = "KeysSecret", "PasswordsSecret", "TargetsSecret"
KEY_PARTS, INDEX_PARTS = ("AttributeDefinitions", "KeySchema"), ("IndexName", "KeySchema", "Projection")
INDEXES = "GlobalSecondaryIndexes"


@dataclass(frozen=True, slots=True)
class QueueSource:
    """A queue whose messages invoke a function."""

    queue_url: str
    queue_arn: str
    batch_size: int


def create(template: Template, engine: Engine, keys: str, passwords: str = "", addresses: str = "") -> dict[str, str]:
    """Make what is missing; gives logical id → what `!Ref` gives in the cloud: name, URL or ARN.

    `keys`, `passwords` and the targets' `addresses` become the values of their secrets; empty: the template's own, or
    none where AWS would make one up. Raises EngineError where a table is there but different.
    """
    refs = create_tables(template, engine.dynamodb)
    # A queue names the ARN of its dead letters' queue, so that one has to be there first.
    queues = template.of_type(QUEUE)
    for name in sorted(queues, key=lambda name: "RedrivePolicy" in queues[name]):
        refs[name] = _create_queue(engine, name, queues[name], refs)
    values = {KEYS: keys, PASSWORDS: passwords, ADDRESSES: addresses}
    for name, secret in template.of_type(SECRET).items():
        value = values.get(name) or secret.get("SecretString", "{}")
        # The token becomes the version's id. Made from the value it is the same at every start, so that a key that
        # was disabled for this version stays so.
        version = sha256(value.encode()).hexdigest()
        refs[name] = engine.secrets.create_secret(Name=name, SecretString=value, ClientRequestToken=version)["ARN"]
    return refs


def create_tables(template: Template, dynamodb: "DynamoDBClient") -> dict[str, str]:
    """Make the tables that are missing; gives their names. Raises EngineError where one is there but different."""
    tables = template.of_type(TABLE)
    for name, table in tables.items():
        _create_table(dynamodb, name, table)
    return {name: name for name in tables}


def environment(template: Template, refs: dict[str, str]) -> dict[str, str]:
    """The environment variables of all functions together, which run in one process here."""
    functions, names = template.of_type(FUNCTION), refs | {"AWS::StackName": "newsreel"}
    return {
        variable: value
        for name in functions
        for variable, value in template.environment(name, names.__getitem__).items()
    }


def queue_source(template: Template, engine: Engine, refs: dict[str, str], function: str) -> QueueSource:
    """The queue that invokes a function."""
    events = template.function(function)["Events"].values()
    (source,) = (event["Properties"] for event in events if event["Type"] == "SQS")
    url = refs[_logical_id(source["Queue"])]
    return QueueSource(url, _arn(engine, url), source["BatchSize"])


def table_request(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """What CreateTable needs of a table in the template."""
    parts = {part: properties[part] for part in KEY_PARTS}
    if INDEXES in properties:
        parts[INDEXES] = [{part: index[part] for part in INDEX_PARTS} for index in properties[INDEXES]]
    return {"TableName": name, "BillingMode": properties["BillingMode"], **parts}


def _create_table(dynamodb: "DynamoDBClient", name: str, properties: dict[str, Any]) -> None:
    request = table_request(name, properties)
    if name in dynamodb.list_tables()["TableNames"]:
        there = dynamodb.describe_table(TableName=name)["Table"]
        if _shape(dict(there)) != _shape(request):
            raise EngineError(f"{name} was made by another version of newsreel; delete .newsreel/ to begin anew")
        return
    dynamodb.create_table(**request)
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig={"Delay": 1})


def _shape(table: dict[str, Any]) -> Any:
    """Keys and indexes of a table, described by CreateTable or by DescribeTable."""
    indexes = {index["IndexName"]: index["KeySchema"] for index in table.get(INDEXES, ())}
    return table["KeySchema"], indexes


def _create_queue(engine: Engine, name: str, properties: dict[str, Any], refs: dict[str, str]) -> str:
    attributes: Any = {part: str(properties[part]) for part in QUEUE_ATTRIBUTES if part in properties}
    if redrive := properties.get("RedrivePolicy"):
        target = refs[_logical_id(redrive["deadLetterTargetArn"])]
        attributes["RedrivePolicy"] = json.dumps(redrive | {"deadLetterTargetArn": _arn(engine, target)})
    return engine.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]


def _arn(engine: Engine, url: str) -> str:
    return engine.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]


def _logical_id(value: Any) -> str:
    """The resource whose ARN a value is."""
    match value:
        case Intrinsic("GetAtt", str(path)) if path.endswith(".Arn"):
            return path.removesuffix(".Arn")
    raise NotImplementedError(f"the template has {value!r} where only !GetAtt ….Arn is understood")

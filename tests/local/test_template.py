"""Reading `template.yaml`, and making on the engine what it describes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from local import stack
from local.engine import Engine, EngineError, running
from local.machine import ROOT
from local.stack import create, environment, queue_source
from local.template import SECRET, TABLE, Template
from newsreel.settings import FetcherSettings, read_settings

SMALL = """
Parameters:
  PollIntervalSeconds: {Type: Number, Default: 10}
  Queries: {Type: String}
Globals:
  Function: {Timeout: 10, Environment: {Variables: {TABLE: !Ref Things, SECONDS: !Ref PollIntervalSeconds}}}
Resources:
  Things:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: id, AttributeType: S}]
      KeySchema: [{AttributeName: id, KeyType: HASH}]
  Work:
    Type: AWS::Serverless::Function
    Properties: {MemorySize: 512, Environment: {Variables: {OWN: 7}}}
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "template.yaml"
    path.write_text(SMALL)
    return path


@pytest.fixture
def engine() -> Iterator[Engine]:
    with fresh() as engine:
        yield engine


@contextmanager
def fresh() -> Iterator[Engine]:
    """An engine without the template's secrets; in one process all engines have the same."""
    with running() as engine:
        for name in Template(ROOT / "template.yaml", {}).of_type(SECRET):
            engine.secrets.delete_secret(SecretId=name, ForceDeleteWithoutRecovery=True)
        yield engine


def test_parameters_have_their_defaults_or_what_the_environment_says(small: Path) -> None:
    assert Template(small, {}).parameters == {"PollIntervalSeconds": "10", "Queries": ""}
    overridden = Template(small, {"POLL_INTERVAL_SECONDS": "60", "QUERIES": "a,b", "PATH": "/bin"})
    assert overridden.parameters == {"PollIntervalSeconds": "60", "Queries": "a,b"}


def test_a_function_has_its_own_properties_and_those_of_all(small: Path) -> None:
    template = Template(small, {"POLL_INTERVAL_SECONDS": "60"})
    assert template.function("Work")["Timeout"] == 10
    assert template.function("Work")["MemorySize"] == 512
    refs = {"Things": "things-1"}
    assert template.environment("Work", refs.__getitem__) == {"TABLE": "things-1", "SECONDS": "60", "OWN": "7"}


def test_what_is_not_understood_is_refused(small: Path) -> None:
    small.write_text(SMALL.replace("!Ref Things", '!Sub "${Things}"'))
    with pytest.raises(NotImplementedError, match="!Sub"):
        Template(small, {}).environment("Work", str)


def test_the_stack_is_made_of_the_template_itself(engine: Engine, template: Template) -> None:
    refs = create(template, engine, "key-1, key-2", '{"reader": "pw"}', '{"1f": {}}')
    for name, table in template.of_type(TABLE).items():
        made = engine.dynamodb.describe_table(TableName=refs[name])["Table"]
        assert made["KeySchema"] == table["KeySchema"]
        assert {index["IndexName"] for index in made.get("GlobalSecondaryIndexes", [])} == {
            index["IndexName"] for index in table.get("GlobalSecondaryIndexes", [])
        }
    assert engine.secrets.get_secret_value(SecretId=refs["KeysSecret"])["SecretString"] == "key-1, key-2"
    assert engine.secrets.get_secret_value(SecretId=refs["PasswordsSecret"])["SecretString"] == '{"reader": "pw"}'
    assert engine.secrets.get_secret_value(SecretId=refs["TargetsSecret"])["SecretString"] == '{"1f": {}}'
    source = queue_source(template, engine, refs, "FetcherFunction")
    assert (source.queue_url, source.batch_size) == (refs["PollQueue"], 1)
    assert queue_source(template, engine, refs, "NotifierFunction").queue_url == refs["NewsQueue"]
    attributes = engine.sqs.get_queue_attributes(QueueUrl=source.queue_url, AttributeNames=["All"])["Attributes"]
    assert attributes["VisibilityTimeout"] == "180"
    redrive = json.loads(attributes["RedrivePolicy"])
    assert redrive["deadLetterTargetArn"].endswith("DeadLetterQueue")
    assert redrive["maxReceiveCount"] == 5
    found = read_settings(FetcherSettings, environment(template, refs))
    assert found.poll_queue_url == refs["PollQueue"]
    assert found.videos_table == refs["VideosTable"]


def test_the_secrets_version_follows_from_its_value(template: Template) -> None:
    versions = []
    for keys in ("key-1,key-2", "key-1,key-2", "key-1,key-3", ""):
        with fresh() as engine:
            refs = create(template, engine, keys)
            versions.append(engine.secrets.get_secret_value(SecretId=refs["KeysSecret"])["VersionId"])
    first, again, other, template_s = versions
    assert first == again
    assert len({first, other, template_s}) == 3


def test_tables_are_kept_between_runs_if_they_are_the_same(tmp_path: Path, small: Path) -> None:
    for expected in (None, "1"):
        with running(tmp_path / "data") as engine:
            create(Template(small, {}), engine, "")
            found = engine.dynamodb.get_item(TableName="Things", Key={"id": {"S": "1"}}).get("Item", {})
            assert found.get("id", {}).get("S") == expected
            engine.dynamodb.put_item(TableName="Things", Item={"id": {"S": "1"}})
    small.write_text(SMALL.replace("KeyType: HASH}]", "KeyType: HASH}, {AttributeName: at, KeyType: RANGE}]"))
    with running(tmp_path / "data") as engine, pytest.raises(EngineError, match="another version"):
        create(Template(small, {}), engine, "")


def test_data_in_use_is_not_shared(tmp_path: Path) -> None:
    with (
        running(tmp_path / "data"),
        pytest.raises(EngineError, match="stop it there first"),
        running(tmp_path / "data"),
    ):
        pass


def test_a_request_for_a_table_has_no_more_than_the_engine_understands(template: Template) -> None:
    for name, table in template.of_type(TABLE).items():
        request = stack.table_request(name, table)
        assert request["TableName"] == name
        assert request.keys() <= {"TableName", "BillingMode", *stack.KEY_PARTS, stack.INDEXES}
        assert all(index.keys() == set(stack.INDEX_PARTS) for index in request.get(stack.INDEXES, ()))

"""What the template says of data, queues, rollouts and what a deployment may cost."""

import json
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from typing import Any

import pytest

from local.machine import ROOT
from local.template import QUEUE, TABLE, Template
from tests.translated import translated

AT_MOST = {"MaxReadRequestUnits": {"Ref": "MaxReadUnits"}, "MaxWriteRequestUnits": {"Ref": "MaxWriteUnits"}}


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    """The resources that CloudFormation is asked for."""
    return translated()


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: each for name, each in resources.items() if each["Type"] == kind}


def test_units_of_every_table_and_index_are_bounded(resources: dict[str, Any]) -> None:
    for table in of_type(resources, TABLE).values():
        indexes = table["Properties"].get("GlobalSecondaryIndexes", ())
        assert [each["OnDemandThroughput"] for each in (table["Properties"], *indexes)] == [AT_MOST] * (
            1 + len(indexes)
        )


def test_tables_that_are_kept_are_protected_and_one_that_goes_with_the_stack_is_not(resources: dict[str, Any]) -> None:
    for table in of_type(resources, TABLE).values():
        protected = table["Properties"].get("DeletionProtectionEnabled")
        assert protected == ({"Fn::If": ["Protected", True, False]} if table["DeletionPolicy"] == "Retain" else None)


def test_every_queue_wants_tls(resources: dict[str, Any]) -> None:
    (policy,) = of_type(resources, "AWS::SQS::QueuePolicy").values()
    assert {each["Ref"] for each in policy["Properties"]["Queues"]} == of_type(resources, QUEUE).keys()
    assert policy["Properties"]["PolicyDocument"]["Statement"] == [
        {
            "Sid": "OnlyUnderTls",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "sqs:*",
            "Resource": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
    ]


def test_polling_is_the_schedules_to_switch(resources: dict[str, Any]) -> None:
    (schedule,) = of_type(resources, "AWS::Scheduler::Schedule").values()
    assert schedule["Properties"]["State"] == {"Fn::If": ["Polled", "ENABLED", "DISABLED"]}


def test_nothing_waits_for_itself(resources: dict[str, Any]) -> None:
    graph = {name: set(referred(resource)) & resources.keys() for name, resource in resources.items()}
    assert {"ApiFunctionAliaslive", "ApiFunctionDeploymentGroup"} <= set(TopologicalSorter(graph).static_order())


def referred(value: Any) -> Iterator[str]:
    """The names that are referred to."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case {"Fn::Sub": [str(text), dict(values)]}:
            yield from referred({"Fn::Sub": text})
            yield from referred(values)
        case {"Fn::Sub": str(text)}:
            yield from re.findall(r"\$\{([\w:]+)", text)
        case dict():
            for each in value.values():
                yield from referred(each)
        case list():
            for each in value:
                yield from referred(each)


def version_of(resources: dict[str, Any]) -> str:
    """The logical id of the api's version: another one is published where it is another."""
    (name,) = of_type(resources, "AWS::Lambda::Version")
    return name


def test_a_new_version_is_published_for_new_code_and_for_a_new_layer_and_for_nothing_else(
    resources: dict[str, Any],
) -> None:
    assert version_of(translated(uploads={"ApiFunction": "new"})) != version_of(resources)
    assert version_of(translated(uploads={"NewsreelLayer": "new"})) != version_of(resources)
    assert version_of(translated(uploads={"FetcherFunction": "new"})) == version_of(resources)


def test_and_for_another_value_of_a_parameter(resources: dict[str, Any]) -> None:
    # It is what SAM leaves out.
    assert version_of(translated(parameters={"Access": "public"})) == version_of(resources)
    description = resources[version_of(resources)]["Properties"]["Description"]
    assert description == {"Fn::Sub": "Settings ${ApiSettings}"}
    settings = resources["ApiSettings"]
    assert settings["Type"] == "AWS::AppConfig::HostedConfigurationVersion"
    function = set(referred(resources["ApiFunction"]))
    kept = settings["Properties"]["Content"]["Fn::Sub"]
    parameters = {name for name in function if name not in resources and not name.startswith("AWS::")}
    # How much of it may run is no matter of its versions.
    assert parameters - {"ApiConcurrency", "Traced"} == set(re.findall(r"\$\{(\w+)\}", kept))


def test_requests_go_to_the_version_that_the_alias_names(resources: dict[str, Any]) -> None:
    alias = resources["ApiFunctionAliaslive"]["Properties"]
    assert alias["FunctionVersion"] == {"Fn::GetAtt": [version_of(resources), "Version"]}
    default = resources["HttpApi"]["Properties"]["Body"]["paths"]["$default"]["x-amazon-apigateway-any-method"]
    assert "${ApiFunctionAliaslive}" in json.dumps(default["x-amazon-apigateway-integration"]["uri"])
    permissions = of_type(resources, "AWS::Lambda::Permission")
    assert permissions["ApiFunctionEverythingPermission"]["Properties"]["FunctionName"] == {
        "Ref": "ApiFunctionAliaslive"
    }


@pytest.mark.parametrize("rollout", Template(ROOT / "template.yaml", {}).declared["Rollout"]["AllowedValues"])
def test_the_alias_moves_as_the_rollout_says_and_goes_back_where_answers_fail(rollout: str) -> None:
    resources = translated(parameters={"Rollout": rollout})
    policy = resources["ApiFunctionAliaslive"]["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]
    assert policy["DeploymentGroupName"] == {"Ref": "ApiFunctionDeploymentGroup"}
    group = resources["ApiFunctionDeploymentGroup"]["Properties"]
    name, values = group["DeploymentConfigName"]["Fn::Sub"]
    assert name.replace("${ConfigName}", values["ConfigName"]) == f"CodeDeployDefault.Lambda{rollout}"
    alarm = resources["ApiErrorsAlarm"]["Properties"]
    assert group["AlarmConfiguration"] == {"Enabled": True, "Alarms": [{"Name": alarm["AlarmName"]}]}
    assert {"DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"} <= set(group["AutoRollbackConfiguration"]["Events"])

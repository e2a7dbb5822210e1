"""What the template says of data, queues and what a deployment may cost."""

from typing import Any

import pytest

from local.template import QUEUE, TABLE
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

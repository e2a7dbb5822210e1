"""What was created, read back service by service, and how it differs from what the template asks for."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.deploy.emulator import ACCOUNT, REGION, Stack

type Properties = dict[str, Any]
type Reader = Callable[[Callable[[str], Any], str], Properties]
"""Gives a resource's properties, named as the template names them; from a maker of clients, and the physical id."""


def log_group(client: Callable[[str], Any], name: str) -> Properties:
    (group,) = client("logs").describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    tags = client("logs").list_tags_for_resource(resourceArn=group["logGroupArn"])["tags"]
    return {
        "Arn": group["arn"],
        "LogGroupName": group["logGroupName"],
        "RetentionInDays": group["retentionInDays"],
        "Tags": pairs(tags),
    }


def table(client: Callable[[str], Any], name: str) -> Properties:
    dynamodb = client("dynamodb")
    described = dynamodb.describe_table(TableName=name)["Table"]
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    return dict(described) | {
        "Arn": described["TableArn"],
        "BillingMode": described["BillingModeSummary"]["BillingMode"],
        "TimeToLiveSpecification": {
            "AttributeName": expiry.get("AttributeName"),
            "Enabled": expiry["TimeToLiveStatus"] == "ENABLED",
        },
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": recovery == "ENABLED"},
        "SSESpecification": {"SSEEnabled": described.get("SSEDescription", {}).get("Status") == "ENABLED"},
        "Tags": dynamodb.list_tags_of_resource(ResourceArn=described["TableArn"])["Tags"],
    }


def queue(client: Callable[[str], Any], url: str) -> Properties:
    sqs = client("sqs")
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return dict(attributes) | {
        "Arn": attributes["QueueArn"],
        "QueueName": attributes["QueueArn"].rpartition(":")[2],
        "RedrivePolicy": json.loads(attributes.get("RedrivePolicy", "{}")),
        "Tags": pairs(sqs.list_queue_tags(QueueUrl=url)["Tags"]),
    }


def settings_application(client: Callable[[str], Any], name: str) -> Properties:
    described = client("appconfig").get_application(ApplicationId=name)
    return dict(described) | {"Tags": settings_tags(client, f"application/{name}")}


def settings_tags(client: Callable[[str], Any], resource: str) -> list[dict[str, str]]:
    arn = f"arn:aws:appconfig:{REGION}:{ACCOUNT}:{resource}"
    return pairs(client("appconfig").list_tags_for_resource(ResourceArn=arn)["Tags"])


def settings_profile(client: Callable[[str], Any], name: str) -> Properties:
    """The profile of the only application."""
    appconfig = client("appconfig")
    (application,) = appconfig.list_applications()["Items"]
    described = appconfig.get_configuration_profile(ApplicationId=application["Id"], ConfigurationProfileId=name)
    tags = settings_tags(client, f"application/{application['Id']}/configurationprofile/{name}")
    return dict(described) | {"Tags": tags}


def settings_version(client: Callable[[str], Any], number: str) -> Properties:
    """A version of the only profile of the only application."""
    appconfig = client("appconfig")
    (application,) = appconfig.list_applications()["Items"]
    (profile,) = appconfig.list_configuration_profiles(ApplicationId=application["Id"])["Items"]
    ids = {"ApplicationId": application["Id"], "ConfigurationProfileId": profile["Id"]}
    described = appconfig.get_hosted_configuration_version(**ids, VersionNumber=int(number))
    return dict(described) | {"Content": described["Content"].read().decode()}


def secret(client: Callable[[str], Any], name: str) -> Properties:
    described = client("secretsmanager").describe_secret(SecretId=name)
    return dict(described) | {"Id": described["ARN"]}


def role(client: Callable[[str], Any], name: str) -> Properties:
    iam = client("iam")
    policies = [
        {
            "PolicyName": policy,
            "PolicyDocument": iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"],
        }
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
    ]
    return dict(iam.get_role(RoleName=name)["Role"]) | {"Policies": policies}


def function(client: Callable[[str], Any], name: str) -> Properties:
    described = client("lambda").get_function(FunctionName=name)
    configuration = described["Configuration"]
    concurrency = client("lambda").get_function_concurrency(FunctionName=name)
    return dict(configuration) | {
        "Arn": configuration["FunctionArn"],
        "Layers": [layer["Arn"] for layer in configuration["Layers"]],
        "ReservedConcurrentExecutions": concurrency.get("ReservedConcurrentExecutions"),
        "Tags": pairs(described["Tags"]),
    }


def version(client: Callable[[str], Any], arn: str) -> Properties:
    name, _, number = arn.rpartition(":")
    return dict(client("lambda").get_function_configuration(FunctionName=name, Qualifier=number))


def alias(client: Callable[[str], Any], arn: str) -> Properties:
    function_arn, _, name = arn.rpartition(":")
    function_name = function_arn.rpartition(":")[2]
    return dict(client("lambda").get_alias(FunctionName=function_name, Name=name)) | {"FunctionName": function_name}


def permission(client: Callable[[str], Any], name: str) -> Properties:
    """The statement of the policy of a function, or of its alias."""
    for each in client("lambda").list_functions()["Functions"]:
        try:
            policy = client("lambda").get_policy(FunctionName=each["FunctionName"])["Policy"]
        except client("lambda").exceptions.ResourceNotFoundException:
            continue
        for statement in json.loads(policy)["Statement"]:
            if name in json.dumps(statement):
                whole = statement["Resource"] == each["FunctionArn"]
                return {
                    "Action": statement["Action"],
                    # An alias is named by its ARN.
                    "FunctionName": each["FunctionName"] if whole else statement["Resource"],
                    "Principal": statement["Principal"]["Service"],
                    "SourceArn": statement["Condition"]["ArnLike"]["AWS:SourceArn"],
                }
    return {}


def invoke_config(client: Callable[[str], Any], name: str) -> Properties:
    function_name, _, qualifier = name.partition(":")
    configuration = client("lambda").get_function_event_invoke_config(FunctionName=function_name, Qualifier=qualifier)
    return dict(configuration) | {"FunctionName": function_name, "Qualifier": qualifier}


def mapping(client: Callable[[str], Any], name: str) -> Properties:
    described = client("lambda").get_event_source_mapping(UUID=name)
    return dict(described) | {"FunctionName": described["FunctionArn"].rpartition(":")[2]}


def layer(client: Callable[[str], Any], arn: str) -> Properties:
    described = client("lambda").get_layer_version_by_arn(Arn=arn)
    return dict(described) | {"LayerName": described["LayerArn"].rpartition(":")[2]}


def schedule(client: Callable[[str], Any], name: str) -> Properties:
    return dict(client("scheduler").get_schedule(Name=name))


def http_api(client: Callable[[str], Any], name: str) -> Properties:
    return dict(client("apigatewayv2").get_api(ApiId=name))


def stage(client: Callable[[str], Any], name: str) -> Properties:
    """The first stage of this name: the emulator has one API in these tests."""
    gateway = client("apigatewayv2")
    found = next(
        (api, each)
        for api in gateway.get_apis()["Items"]
        for each in gateway.get_stages(ApiId=api["ApiId"])["Items"]
        if each["StageName"] == name
    )
    return dict(found[1]) | {"ApiId": found[0]["ApiId"]}


def alarm(client: Callable[[str], Any], name: str) -> Properties:
    (described,) = client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"]
    tags = client("cloudwatch").list_tags_for_resource(ResourceARN=described["AlarmArn"])["Tags"]
    return dict(described) | {"Arn": described["AlarmArn"], "Tags": tags}


def dashboard(client: Callable[[str], Any], name: str) -> Properties:
    return dict(client("cloudwatch").get_dashboard(DashboardName=name))


def topic(client: Callable[[str], Any], arn: str) -> Properties:
    attributes = client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    return dict(attributes) | {"Tags": client("sns").list_tags_for_resource(ResourceArn=arn)["Tags"]}


def subscription(client: Callable[[str], Any], arn: str) -> Properties:
    subscriptions = client("sns").list_subscriptions()["Subscriptions"]
    return next(dict(each) for each in subscriptions if each["SubscriptionArn"] == arn)


READERS: dict[str, Reader] = {
    "AWS::ApiGatewayV2::Api": http_api,
    "AWS::ApiGatewayV2::Stage": stage,
    "AWS::AppConfig::Application": settings_application,
    "AWS::AppConfig::ConfigurationProfile": settings_profile,
    "AWS::AppConfig::HostedConfigurationVersion": settings_version,
    "AWS::CloudWatch::Alarm": alarm,
    "AWS::CloudWatch::Dashboard": dashboard,
    "AWS::DynamoDB::Table": table,
    "AWS::IAM::Role": role,
    "AWS::Lambda::Alias": alias,
    "AWS::Lambda::EventInvokeConfig": invoke_config,
    "AWS::Lambda::EventSourceMapping": mapping,
    "AWS::Lambda::Function": function,
    "AWS::Lambda::LayerVersion": layer,
    "AWS::Lambda::Permission": permission,
    "AWS::Lambda::Version": version,
    "AWS::Logs::LogGroup": log_group,
    "AWS::SNS::Subscription": subscription,
    "AWS::SNS::Topic": topic,
    "AWS::SQS::Queue": queue,
    "AWS::Scheduler::Schedule": schedule,
    "AWS::SecretsManager::Secret": secret,
}


def pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


class Comparison:
    """A stack's resources as they are, beside its translated template."""

    def __init__(self, stack: Stack) -> None:
        self.asked: dict[str, Any] = stack.translated["Resources"]
        self._physical = {name: each["PhysicalResourceId"] for name, each in stack.resources.items()}
        self._created = {
            name: READERS[each["ResourceType"]](stack.emulator.client, each["PhysicalResourceId"])
            for name, each in stack.resources.items()
            if each["ResourceType"] in READERS
        }
        defaults = {name: parameter.get("Default") for name, parameter in stack.translated["Parameters"].items()}
        self._values = {
            **defaults,
            **stack.parameters,
            **self._physical,
            "AWS::StackName": stack.name,
            "AWS::Region": REGION,
            "AWS::AccountId": ACCOUNT,
            "AWS::Partition": "aws",
        }

    def differences(self) -> Iterator[str]:
        """Where what was created lacks what was asked for: `Type: property: what`."""
        for name, resource in self.asked.items():
            if resource["Type"] not in READERS:
                continue
            for key, value in resource["Properties"].items():
                for what in missing(self.resolved(value), self._created[name].get(key)):
                    yield f"{resource['Type']}: {key}: {what}"

    def resolved(self, value: Any) -> Any:
        """A value of the template as CloudFormation would resolve it; every condition holds."""
        if isinstance(value, list):
            return [self.resolved(each) for each in value]
        if not isinstance(value, dict):
            return value
        ((name, argument),) = value.items() if len(value) == 1 else [("", None)]
        if name == "Ref" or name.startswith("Fn::"):
            return self._intrinsic(name, argument)
        return {key: self.resolved(each) for key, each in value.items()}

    def _intrinsic(self, name: str, argument: Any) -> Any:
        match name, argument:
            case "Ref", str(referred):
                return self._values[referred]
            case "Fn::GetAtt", [resource, attribute]:
                return self._created[resource][attribute]
            case "Fn::If", [_, then, _]:
                return self.resolved(then)
            case "Fn::Sub", [text, more]:
                return self._substituted(text, self.resolved(more))
            case "Fn::Sub", text:
                return self._substituted(text, {})
            case "Fn::Join", [separator, parts]:
                return separator.join(map(str, self.resolved(parts)))
        raise NotImplementedError(f"{name} of {argument}")

    def _substituted(self, text: str, more: dict[str, str]) -> str:
        def value(match: re.Match[str]) -> str:
            name, _, attribute = match[1].partition(".")
            return str(self._created[name][attribute] if attribute else {**self._values, **more}[name])

        return re.sub(r"\$\{([^}]+)\}", value, text)


def missing(asked: Any, created: Any) -> list[str]:
    """What of the asked value the created one lacks; more may be there, and lists may be in another order."""
    if isinstance(asked, dict) and isinstance(created, dict):
        return [f"{key}: {what}" for key, value in asked.items() for what in missing(value, created.get(key))]
    if isinstance(asked, list) and isinstance(created, list):
        return [f"no {each}" for each in asked if all(missing(each, other) for other in created)]
    if isinstance(asked, list) and len(asked) == 1:
        return missing(asked[0], created)
    return [] if same(asked, created) else [f"{created} instead of {asked}"]


def same(asked: Any, created: Any) -> bool:
    """Whether two scalars are the same, be they written as text or number."""
    try:
        return float(asked) == float(created)
    except (TypeError, ValueError):
        return str(asked).lower() == str(created).lower()

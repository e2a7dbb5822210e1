"""`sam build && sam deploy` on an emulator of AWS that checks each call against its caller's role."""

import json
import queue
import shlex
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError
from werkzeug.wrappers import Request, Response

from local import sam
from local.machine import ROOT
from local.made_up import MadeUp
from local.serving import serving
from local.template import QUEUE, SECRET, TABLE
from local.upstream import Limits, Upstream
from tests import first_release
from tests.deploy.created import READERS, Comparison
from tests.deploy.emulator import BUILT, MINISTACK, PATIENCE, Emulator, Stack, running, until
from tests.translated import translated

pytestmark = pytest.mark.deploy

AMPLE = 1_000_000
PASSWORD = "a-password"
BUS, HEARD = "newsreel-events", "heard"
"""An event bus, and the queue that gets what is put on it."""
PASSED_OVER = {
    # What the emulator does not take from a template.
    "AWS::ApiGatewayV2::Stage: DefaultRouteSettings",
    "AWS::ApiGatewayV2::Stage: RouteSettings",
    "AWS::CloudWatch::Alarm: EvaluateLowSampleCountPercentile",
    "AWS::DynamoDB::Table: OnDemandThroughput",
    "AWS::DynamoDB::Table: PointInTimeRecoverySpecification",
    "AWS::DynamoDB::Table: SSESpecification",
    "AWS::DynamoDB::Table: TimeToLiveSpecification",
    "AWS::Lambda::Function: ReservedConcurrentExecutions",
}
WRITTEN_ONLY = {
    # What no call reads back; the secret's value is the operator's to change.
    "AWS::ApiGatewayV2::Api: Body",
    "AWS::Lambda::Function: Code",
    "AWS::Lambda::LayerVersion: Content",
    "AWS::SecretsManager::Secret: GenerateSecretString",
    "AWS::SecretsManager::Secret: SecretString",
}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    if not MINISTACK.exists():
        pytest.skip("`make deploy-check` installs the emulator of AWS")
    with running(tmp_path_factory.mktemp("emulator") / "log") as emulator:
        yield emulator


@pytest.fixture(scope="module")
def bus(emulator: Emulator) -> str:
    """The URL of the queue that gets what is put on the operator's bus."""
    events, sqs = emulator.client("events"), emulator.client("sqs")
    events.create_event_bus(Name=BUS)
    url: str = sqs.create_queue(QueueName=HEARD)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = json.dumps({"source": ["newsreel"], "detail-type": ["New videos"]})
    events.put_rule(Name=HEARD, EventBusName=BUS, EventPattern=pattern)
    events.put_targets(Rule=HEARD, EventBusName=BUS, Targets=[{"Id": HEARD, "Arn": arn}])
    return url


@pytest.fixture(scope="module")
def stack(emulator: Emulator, bus: str) -> Iterator[Stack]:
    """The stack of an operator with a key and a bus, polling the sample upstream."""
    assert bus
    limits = Limits(AMPLE, AMPLE)
    with serving(Upstream(MadeUp(["cricket"], sam.PAST), lambda: datetime.now(UTC), limits=limits)) as upstream:
        parameters = {
            "YoutubeApiUrl": f"{upstream}/youtube/v3",
            "SearchCallsPerDay": str(AMPLE),
            "UnitsPerDay": str(AMPLE),
            "AlarmEmail": "operator@example.org",
            "Tracing": "Active",
            "ApiConcurrency": "5",
            "EventBus": BUS,
        }
        stack = Stack(emulator, "newsreel", parameters, ("reader", PASSWORD))
        stack.deploy()
        # The emulator does not resolve what copies the reader's first password.
        put_passwords(stack, reader=PASSWORD, editor="another-password")
        # Before the schedule first fires, a minute from now: what finds no key looks again only after five.
        secrets = emulator.client("secretsmanager")
        secrets.put_secret_value(SecretId=stack.outputs["KeysSecretId"], SecretString='{"keys": ["sample"]}')
        yield stack


def put_passwords(stack: Stack, **passwords: str) -> None:
    secrets = stack.emulator.client("secretsmanager")
    secret = stack.resources["PasswordsSecret"]["PhysicalResourceId"]
    secrets.put_secret_value(SecretId=secret, SecretString=json.dumps(passwords))


def test_every_resource_is_there(stack: Stack) -> None:
    assert stack.resources.keys() == stack.translated["Resources"].keys()
    assert {each["ResourceStatus"] for each in stack.resources.values()} <= {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
    ours = {"AWS::ApiGatewayV2::Integration", "AWS::ApiGatewayV2::Route"}
    assert {each["ResourceType"] for each in stack.resources.values()} - ours == READERS.keys()


def test_every_resource_is_as_asked(stack: Stack) -> None:
    differences = list(Comparison(stack).differences())
    known = PASSED_OVER | WRITTEN_ONLY
    assert [each for each in differences if not each.startswith(tuple(known))] == []
    assert {": ".join(each.split(": ")[:2]) for each in differences} == known


def test_changes_go_to_the_editor_and_all_else_to_the_api(stack: Stack) -> None:
    paths = Comparison(stack).asked["HttpApi"]["Properties"]["Body"]["paths"]
    changed = {"/queries/{query+}", "/targets/{target}", "/targets/{target}/test"}
    assert paths.keys() == {"$default", "/docs/{file}", *changed}
    ((method, route),) = paths["$default"].items()
    assert method == "x-amazon-apigateway-any-method"
    assert route["isDefaultRoute"]
    changes = [(path, method) for path in changed for method in paths[path]]
    wanted = {("/queries/{query+}", "put"), ("/queries/{query+}", "delete")}
    wanted |= {("/targets/{target}", "put"), ("/targets/{target}", "delete"), ("/targets/{target}/test", "put")}
    assert set(changes) == wanted
    asked = ((route, "${ApiFunctionAliaslive}"), (paths["/docs/{file}"]["get"], "${ApiFunctionAliaslive}"))
    changing = ((paths[path][method], "${EditorFunction.Arn}") for path, method in changes)
    for each, function in (*asked, *changing):
        integration = each["x-amazon-apigateway-integration"]
        assert (integration["type"], integration["payloadFormatVersion"]) == ("aws_proxy", "2.0")
        assert function in integration["uri"]["Fn::Sub"]


def test_only_the_editor_changes_what_is_watched(stack: Stack) -> None:
    editor = replace(stack, auth=("editor", "another-password"))
    path = "/queries/rugby"
    for auth in (None, ("reader", PASSWORD), ("editor", PASSWORD)):
        assert replace(stack, auth=auth).ask("PUT", path, json={}).status_code == 401
    made = editor.ask("PUT", path, json={"weight": 2})
    assert (made.status_code, made.json()["weight"]) == (201, 2)
    found = stack.get(path)
    assert (found.status_code, found.json()) == (200, made.json())
    gone = editor.ask("DELETE", path, headers={"If-Match": found.headers["ETag"]})
    assert gone.status_code == 204
    assert stack.get(path).status_code == 404


def test_the_schedule_and_the_queue_poll_and_the_api_answers(stack: Stack) -> None:
    page = until(lambda: (found := stack.get("/videos").json())["next_cursor"] and found, "there are videos")
    assert len(page["videos"]) == 10
    assert stack.get(f"/videos?cursor={page['next_cursor']}").json()["prev_cursor"]
    # The schedule fires once a minute: a poll within the same minute comes from the queue.
    last = until(lambda: polled_at(stack), "the poll is told")
    second = until(lambda: (at := polled_at(stack)) != last and at, "there is another poll")
    third = until(lambda: (at := polled_at(stack)) != second and at, "there is one more")
    assert (datetime.fromisoformat(str(third)) - datetime.fromisoformat(str(second))).total_seconds() < 50
    assert stack.get("/status").json()["healthy"]
    sqs = stack.emulator.client("sqs")
    dead = sqs.get_queue_attributes(QueueUrl=stack.outputs["DeadLetterQueueUrl"], AttributeNames=["All"])
    assert dead["Attributes"]["ApproximateNumberOfMessages"] == "0"


def polled_at(stack: Stack) -> str | None:
    (query,) = stack.get("/queries").json()["queries"]
    at: str | None = query["last_poll_at"]
    return at


def test_a_webhook_and_the_bus_are_told_of_new_videos(stack: Stack, bus: str) -> None:
    editor = replace(stack, auth=("editor", "another-password"))
    got: queue.Queue[dict[str, Any]] = queue.Queue()

    def receiver(environ: Any, start_response: Any) -> Any:
        got.put(json.loads(Request(environ).get_data()))
        return Response(status=204)(environ, start_response)

    with serving(receiver) as url:
        target = {"kind": "webhook", "address": f"{url}/a-secret-path"}
        assert stack.ask("PUT", "/targets/program", json=target).status_code == 401
        made = editor.ask("PUT", "/targets/program", json=target)
        assert (made.status_code, len(made.json()["secret"])) == (201, 43)
        assert editor.ask("PUT", "/targets/program/test").status_code == 202
        assert got.get(timeout=PATIENCE)["type"] == "test"
        message = got.get(timeout=PATIENCE)
    assert message["type"] == "videos"
    told = {video["video_id"] for video in message["videos"]}
    assert all(stack.get(f"/videos/{video_id}").json()["queries"] == ["cricket"] for video_id in told)
    health = until(lambda: [each for each in stack.get("/targets").json()["targets"] if each["told"]], "it is noted")
    assert (health[0]["state"], health[0]["problem"], health[0]["test_problem"]) == ("ok", None, None)
    sqs = stack.emulator.client("sqs")
    events = [
        json.loads(each["Body"])
        for each in until(lambda: sqs.receive_message(QueueUrl=bus, MaxNumberOfMessages=10).get("Messages"), "an event")
    ]
    assert {each["detail"]["query"] for each in events} == {"cricket"}
    assert all(stack.get(f"/videos/{video_id}").ok for each in events for video_id in each["detail"]["video_ids"])
    secrets = stack.emulator.client("secretsmanager")
    addresses = secrets.get_secret_value(SecretId=stack.resources["TargetsSecret"]["PhysicalResourceId"])
    assert "a-secret-path" in addresses["SecretString"]
    found = stack.get("/targets/program")
    assert "a-secret-path" not in found.text
    gone = editor.ask("DELETE", "/targets/program", headers={"If-Match": found.headers["ETag"]})
    assert gone.status_code == 204


def test_a_stranger_is_kept_out_by_default(stack: Stack) -> None:
    stranger, wrong = replace(stack, auth=None), replace(stack, auth=("reader", "wrong"))
    for path in ("/", "/videos", "/nowhere"):
        for each in (stranger, wrong):
            answer = each.get(path)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == 'Basic realm="newsreel", charset="UTF-8"'
    assert stranger.get("/ping").status_code == 200
    assert replace(stack, auth=("editor", "another-password")).get("/videos").status_code == 200


def test_the_outputs_lead_to_a_first_page(stack: Stack) -> None:
    command = shlex.split(stack.outputs["ShowPasswordsCommand"])
    assert command[:3] == ["aws", "secretsmanager", "get-secret-value"]
    asked = dict(zip(command[3::2], command[4::2], strict=True))
    assert asked.keys() == {"--region", "--secret-id", "--query", "--output"}
    secrets = stack.emulator.client("secretsmanager")
    shown = json.loads(secrets.get_secret_value(SecretId=asked["--secret-id"])["SecretString"])
    assert shown.keys() == {"reader", "editor"}
    assert stack.outputs["DashboardUrl"].endswith("/")
    assert replace(stack, auth=("reader", shown["reader"])).get("/").headers["Content-Type"].startswith("text/html")


def test_a_deployment_generates_the_editors_password_and_keeps_what_is_put_later(stack: Stack) -> None:
    fresh = Stack(stack.emulator, "fresh", stack.parameters)
    fresh.deploy()
    secrets = stack.emulator.client("secretsmanager")
    secret = fresh.resources["PasswordsSecret"]["PhysicalResourceId"]
    # The emulator makes up a text without the template's form: what CloudFormation is asked for is looked at elsewhere.
    assert secrets.get_secret_value(SecretId=secret)["SecretString"]
    assert secrets.get_secret_value(SecretId=fresh.resources["ReaderPassword"]["PhysicalResourceId"])["SecretString"]
    put_passwords(fresh, reader="mine", editor="mine-too")
    fresh.deploy(Queries="cricket,tennis")
    kept = json.loads(secrets.get_secret_value(SecretId=secret)["SecretString"])
    assert kept == {"reader": "mine", "editor": "mine-too"}
    fresh.delete()
    assert secrets.describe_secret(SecretId=secret)


def test_a_public_deployment_asks_nobody(stack: Stack) -> None:
    stack.deploy(Access="public")
    try:
        answer = replace(stack, auth=None).get("/videos")
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
    finally:
        stack.deploy(Access="private")


def test_the_function_answers_what_the_gateway_does_not_know(stack: Stack) -> None:
    answer = stack.get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_queue_refuses_who_comes_without_tls(stack: Stack) -> None:
    policy = yaml.safe_load(BUILT.read_text(encoding="utf-8"))["Resources"]["QueuesPolicy"]["Properties"]
    url = stack.resources["DeadLetterQueue"]["PhysicalResourceId"]
    plain, secure = stack.emulator.client("sqs"), stack.emulator.client("sqs")

    def as_under_tls(params: dict[str, Any], **_: Any) -> None:
        """Say what a proxy says that has taken TLS off."""
        params["headers"]["X-Forwarded-Proto"] = "https"

    secure.meta.events.register("before-call.sqs", as_under_tls)
    plain.get_queue_attributes(QueueUrl=url)
    plain.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy["PolicyDocument"])})
    try:
        secure.get_queue_attributes(QueueUrl=url)
        with pytest.raises(ClientError, match="AccessDenied"):
            plain.get_queue_attributes(QueueUrl=url)
    finally:
        secure.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})


def test_a_front_leads_to_the_api_and_keeps_passwords_apart(stack: Stack) -> None:
    formation = stack.emulator.client("cloudformation")
    values = {"ApiDomain": "api.example.org", "Domain": "", "CertificateArn": ""}
    formation.create_stack(
        StackName="front",
        TemplateBody=(ROOT / "functions/front/template.yaml").read_text(encoding="utf-8"),
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in values.items()],
    )
    formation.get_waiter("stack_create_complete").wait(StackName="front", WaiterConfig={"Delay": 1})
    made = Stack(stack.emulator, "front").resources
    cloudfront = stack.emulator.client("cloudfront")
    config = cloudfront.get_distribution_config(Id=made["Distribution"]["PhysicalResourceId"])["DistributionConfig"]
    assert [each["DomainName"] for each in config["Origins"]["Items"]] == ["api.example.org"]
    behavior = config["DefaultCacheBehavior"]
    assert behavior["CachePolicyId"] == made["CachePolicy"]["PhysicalResourceId"]
    policy = cloudfront.get_cache_policy(Id=behavior["CachePolicyId"])["CachePolicy"]["CachePolicyConfig"]
    key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
    assert key["HeadersConfig"]["Headers"]["Items"] == ["Authorization"]
    assert key["QueryStringsConfig"]["QueryStringBehavior"] == "all"
    assert Stack(stack.emulator, "front").outputs["DomainName"].endswith(".cloudfront.net")


def test_a_version_that_fails_is_taken_back_by_moving_the_alias(stack: Stack) -> None:
    """What CodeDeploy does, which the emulator has not: it moves the alias, and back when the alarm rings."""
    functions = stack.emulator.client("lambda")
    name = stack.resources["ApiFunction"]["PhysicalResourceId"]
    good = functions.get_alias(FunctionName=name, Name="live")["FunctionVersion"]
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": variables | {"RETENTION_DAYS": "none"}}
    )
    try:
        # Nobody is sent to what is not yet a version, nor to a version that the alias does not name.
        bad = functions.publish_version(FunctionName=name)["Version"]
        assert stack.get("/videos").status_code == 200
        functions.update_alias(FunctionName=name, Name="live", FunctionVersion=bad)
        assert stack.get("/videos").status_code == 500
    finally:
        functions.update_alias(FunctionName=name, Name="live", FunctionVersion=good)
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
    assert stack.get("/videos").status_code == 200


def test_an_api_without_its_permissions_says_that_the_fault_is_its_own(stack: Stack) -> None:
    iam = stack.emulator.client("iam")
    role = stack.resources["ApiRole"]["PhysicalResourceId"]
    policy = iam.get_role_policy(RoleName=role, PolicyName="api")["PolicyDocument"]
    path = "/videos/AAAAAAAAAAA"
    assert stack.get(path).status_code == 404
    iam.delete_role_policy(RoleName=role, PolicyName="api")
    try:
        assert stack.get(path).status_code == 500
    finally:
        iam.put_role_policy(RoleName=role, PolicyName="api", PolicyDocument=json.dumps(policy))


def test_another_deployment_keeps_the_keys(stack: Stack) -> None:
    stack.deploy(Queries="cricket,tennis")
    secrets = stack.emulator.client("secretsmanager")
    assert "sample" in secrets.get_secret_value(SecretId=stack.outputs["KeysSecretId"])["SecretString"]
    stack.deploy(Queries="cricket")


def test_a_stack_of_the_first_release_becomes_todays_with_its_tables_and_keys(stack: Stack) -> None:
    """The first release's template without its functions, as the emulator is to be shown what holds data alone."""
    template = translated(first_release.TEMPLATE)
    kept = {name: each for name, each in template.items() if each["Type"] in (TABLE, SECRET, QUEUE)}
    formation = stack.emulator.client("cloudformation")
    formation.create_stack(StackName="upgraded", TemplateBody=json.dumps({"Resources": kept}))
    formation.get_waiter("stack_create_complete").wait(StackName="upgraded", WaiterConfig={"Delay": 1})
    upgraded = Stack(stack.emulator, "upgraded", stack.parameters, stack.auth)
    before = {name: each["PhysicalResourceId"] for name, each in upgraded.resources.items()}
    dynamodb = stack.emulator.client("dynamodb")
    first_release.seed(dynamodb, before, datetime.now(UTC))
    secrets = stack.emulator.client("secretsmanager")
    secrets.put_secret_value(SecretId=before["KeysSecret"], SecretString='{"keys": ["mine"]}')
    # Nothing polls, so all stays as it was.
    upgraded.deploy(Polling="off")
    try:
        schedules = stack.emulator.client("scheduler").list_schedules(State="DISABLED")["Schedules"]
        assert [each["Name"] for each in schedules] == ["upgraded-every-minute"]
        after = {name: each["PhysicalResourceId"] for name, each in upgraded.resources.items()}
        assert {name: after[name] for name in before} == before
        for name, items in first_release.TABLES.items():
            assert dynamodb.scan(TableName=before[name])["Count"] == len(items)
        assert secrets.get_secret_value(SecretId=before["KeysSecret"])["SecretString"] == '{"keys": ["mine"]}'
        put_passwords(upgraded, reader=PASSWORD)
        found = upgraded.get("/videos?query=cricket").json()["videos"]
        assert [each["video_id"] for each in found] == [each["video_id"] for each in first_release.SHOWN["cricket"]]
    finally:
        upgraded.delete()


@pytest.mark.parametrize(("environment", "protected"), [("dev", False), ("prod", True)])
def test_the_environments_of_samconfig_are_deployed(stack: Stack, environment: str, *, protected: bool) -> None:
    made = Stack(stack.emulator, f"as-{environment}")
    made.deploy_as(environment)
    (described,) = stack.emulator.client("cloudformation").describe_stacks(StackName=made.name)["Stacks"]
    assert {"Key": "environment", "Value": environment} in described["Tags"]
    for name in ("VideosTableName", "StateTableName"):
        table = stack.emulator.client("dynamodb").describe_table(TableName=made.outputs[name])["Table"]
        assert table["DeletionProtectionEnabled"] is protected
    made.delete()


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"MonthlyBudget": "5"}, "MonthlyBudget needs AlarmEmail"),
        (
            {"FrontDomain": "news.example.org", "Front": "cloudfront"},
            "FrontDomain and FrontCertificateArn need each other",
        ),
    ],
)
def test_settings_that_need_others_are_refused_alone(emulator: Emulator, parameters: dict[str, str], why: str) -> None:
    with pytest.raises(AssertionError, match=why):
        Stack(emulator, "unruly", parameters).deploy()


def test_a_second_stack_fits_beside_the_first_and_leaves_its_data_behind(stack: Stack) -> None:
    second = Stack(stack.emulator, "second", stack.parameters)
    second.deploy()
    outputs = second.outputs
    second.delete()
    tables = stack.emulator.client("dynamodb").list_tables()["TableNames"]
    assert {outputs["VideosTableName"], outputs["StateTableName"]} <= set(tables)
    assert stack.emulator.client("secretsmanager").describe_secret(SecretId=outputs["KeysSecretId"])
    schedules = stack.emulator.client("scheduler").list_schedules()["Schedules"]
    assert [each["Name"] for each in schedules] == ["newsreel-every-minute"]

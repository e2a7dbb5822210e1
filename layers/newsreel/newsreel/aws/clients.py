"""Clients of AWS's services, with time-outs and retries that fit a function that lives for seconds.

They are botocore's, which boto3's are too: importing boto3 on top would only make every cold start longer.
"""

import logging
from functools import cache
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, overload

import botocore
import botocore.session
import orjson
from botocore.config import Config

from newsreel.errors import TableUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient


# At DEBUG it logs whole requests and answers, with the secrets in them.
logging.getLogger("botocore").setLevel(logging.WARNING)


class Patience(NamedTuple):
    """How long one waits for an answer."""

    connect: float
    """Seconds."""
    read: float
    """Seconds without a byte."""
    attempts: int
    """In all; before the second come up to one second's pause, then up to two, and so on."""


WORKING = Patience(2, 4, 4)
"""Where the work is worth waiting for. A service that hangs is given up after 23 seconds, before a function's time is
over."""
ANSWERING = Patience(0.9, 0.9, 2)
"""Where somebody waits for the answer: a service that hangs is given up within three seconds."""

session = cache(botocore.session.get_session)


@overload
def client(service: Literal["dynamodb"], patience: Patience = ...) -> "DynamoDBClient": ...
@overload
def client(service: Literal["events"], patience: Patience = ...) -> "EventBridgeClient": ...
@overload
def client(service: Literal["secretsmanager"], patience: Patience = ...) -> "SecretsManagerClient": ...
@overload
def client(service: Literal["sqs"], patience: Patience = ...) -> "SQSClient": ...
def client(service: Any, patience: Patience = WORKING) -> Any:
    """A client for a service; region, credentials and endpoints come from the environment, as boto3 defines them."""
    made = session().create_client(
        service,
        config=Config(
            connect_timeout=patience.connect,
            read_timeout=patience.read,
            retries={"mode": "standard", "total_max_attempts": patience.attempts},
            # Several threads of one machine share a client when newsreel runs outside of Lambda.
            max_pool_connections=20,
            # The requests are made here, by typed code.
            parameter_validation=False,
            # Otherwise botocore puts together a longer name for itself with each request.
            user_agent=f"newsreel botocore/{botocore.__version__}",
        ),
    )
    made.meta.events.register("before-parse.dynamodb", read_as_it_is)
    return made


def read_as_it_is(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    """Take a good answer of DynamoDB for what it is: JSON in the very shape that botocore's parser would give it.

    Walking an answer's items by the service's model is most of what a page would cost (`make bench`). Only binary
    attributes would need it, and newsreel has none. Everything else stays botocore's, errors' answers included.
    Raises TableUnavailable for a broken answer.
    """
    if response_dict["status_code"] == HTTPStatus.OK:
        try:
            customized_response_dict.update(orjson.loads(response_dict["body"]))
        except (TypeError, ValueError) as error:
            raise TableUnavailable("DynamoDB's answer is not a JSON object") from error
        response_dict["body"] = b"{}"

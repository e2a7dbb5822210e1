"""Clients of AWS's services, with time-outs and retries that fit a function that lives for seconds.

They are botocore's, which boto3's are too: importing boto3 on top would only make every cold start longer.
"""

from functools import cache
from typing import TYPE_CHECKING, Any, Literal, overload

import botocore.session
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient


session = cache(botocore.session.get_session)


@overload
def client(service: Literal["dynamodb"]) -> "DynamoDBClient": ...
@overload
def client(service: Literal["secretsmanager"]) -> "SecretsManagerClient": ...
@overload
def client(service: Literal["sqs"]) -> "SQSClient": ...
def client(service: Any) -> Any:
    """A client for a service; region, credentials and endpoints come from the environment, as boto3 defines them."""
    return session().create_client(
        service,
        config=Config(
            connect_timeout=2,
            read_timeout=4,
            retries={"mode": "standard", "total_max_attempts": 4},
            # Several threads of one machine share a client when newsreel runs outside of Lambda.
            max_pool_connections=20,
        ),
    )

"""The protection against sockets does protect."""

import socket

import boto3
import pytest
import requests
from botocore.config import Config

from tests.unit.conftest import NoSocket


def test_no_socket_is_opened() -> None:
    with pytest.raises(NoSocket):
        socket.create_connection(("127.0.0.1", 9))
    with pytest.raises(NoSocket):
        requests.get("http://127.0.0.1:9", timeout=1)
    session = boto3.Session("test", "test", region_name="us-east-1")
    client = session.client(
        "dynamodb", endpoint_url="http://127.0.0.1:9", config=Config(retries={"total_max_attempts": 1})
    )
    with pytest.raises(Exception, match="no socket"):
        client.list_tables()

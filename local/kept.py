"""What the services in memory would lose on one machine: the targets' addresses and the latest news, each in a file.

The functions' own clients tell of it. So the functions below have to be called before those are made.
"""

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsreel.aws import clients

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

ADDRESSES, NEWS = "targets.json", "news.json"
OWNER_ONLY = 0o600
NEWS_KEPT = 300.0
"""Seconds. News is taken in within one minute."""


def addresses(folder: Path) -> str:
    """The value that the addresses' secret had last; empty where it had none. Raises OSError."""
    return _read(folder / ADDRESSES)


def keep_addresses(folder: Path, secrets: "SecretsManagerClient", secret_id: str) -> None:
    """Write the secret's value into the file whenever the functions change it, before they go on."""

    def write(**event: Any) -> None:
        if event["parsed"].get("ARN") == secret_id:
            _write(folder / ADDRESSES, secrets.get_secret_value(SecretId=secret_id)["SecretString"])

    clients.session().register("after-call.secrets-manager.PutSecretValue", write)


def keep_news(folder: Path, sqs: "SQSClient", queue_url: str) -> None:
    """Write what is announced into the file before it is, and announce once more what was before newsreel ended.

    Whoever was told of it is not told again. Raises OSError.
    """
    # What is announced again is as new as the rest.
    kept = [(time.time(), body) for _, body in json.loads(_read(folder / NEWS) or "[]")]

    def write(**event: Any) -> None:
        request = event["params"]
        if request["QueueUrl"] == queue_url and json.loads(request["MessageBody"]).get("looks") == 0:
            kept[:] = [each for each in kept if time.time() - each[0] < NEWS_KEPT]
            kept.append((time.time(), request["MessageBody"]))
            _write(folder / NEWS, json.dumps(kept))

    clients.session().register("provide-client-params.sqs.SendMessage", write)
    for _, body in kept:
        sqs.send_message(QueueUrl=queue_url, MessageBody=body)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def _write(path: Path, text: str) -> None:
    """Replace a file as a whole, so that whoever is killed leaves the old one or the new one."""
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)

"""The targets' addresses in a file, as Secrets Manager is in memory here and targets are kept."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from newsreel.aws import clients

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

FILE = "targets.json"
OWNER_ONLY = 0o600


def read(folder: Path) -> str:
    """The secret's value as it was kept last; empty where none was. Raises OSError."""
    try:
        return (folder / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def keep(folder: Path, secrets: "SecretsManagerClient", secret_id: str) -> None:
    """Write the secret's value into the file whenever the functions change it, before they go on.

    It has to be called before they make their clients.
    """

    def write(**event: Any) -> None:
        if event["parsed"].get("ARN") == secret_id:
            _write(folder / FILE, secrets.get_secret_value(SecretId=secret_id)["SecretString"])

    clients.session().register("after-call.secrets-manager.PutSecretValue", write)


def _write(path: Path, text: str) -> None:
    """Replace a file as a whole, so that whoever is killed leaves the old one or the new one."""
    new = path.with_suffix(".new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)

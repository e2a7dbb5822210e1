"""The secret that holds the targets' addresses, as an address lets whoever has it write there."""

import json
import logging
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsreel.aws.calls import read_secret, write_secret
from newsreel.errors import SecretUnreadable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

# Of an address the path is the secret, and urllib3 logs paths at DEBUG.
logging.getLogger("urllib3").setLevel(logging.WARNING)

AGE = timedelta(minutes=5)
"""How long the secret is believed before it is read again; at once where it lacks an address."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a target is told. Nothing of it is part of its text form."""

    url: str = field(repr=False)
    signing_key: str = field(default="", repr=False)
    """The secret that a webhook shares with its receiver."""


def new_id() -> str:
    """A name for an address, or for what a target was told, that never comes twice."""
    return secrets.token_hex(8)


def new_signing_key() -> str:
    """A secret of 256 bits."""
    return secrets.token_urlsafe(32)


class Addresses:
    """The addresses by their ids, through a client of Secrets Manager."""

    def __init__(self, client: "SecretsManagerClient", secret_id: str) -> None:
        self._client = client
        self._id = secret_id
        self._found: dict[str, Address] = {}
        self._read_at: datetime | None = None

    def find(self, address_id: str, now: datetime) -> Address:
        """An address. Raises SecretUnreadable, also where the secret does not have it."""
        known = self._read_at is not None and timedelta(0) <= now - self._read_at < AGE
        if not known or address_id not in self._found:
            self._found, self._read_at = self._read(), now
        if address_id not in self._found:
            raise SecretUnreadable("the address is missing; give it once more")
        return self._found[address_id]

    def put(self, address_id: str, address: Address) -> None:
        """Keep one more address. Only one at a time may change them. Raises SecretUnreadable."""
        self._write(self._read() | {address_id: address})

    def keep(self, used: Collection[str]) -> None:
        """Forget all addresses but these. Raises SecretUnreadable."""
        there = self._read()
        if not there.keys() <= set(used):
            self._write({name: each for name, each in there.items() if name in used})

    def _write(self, kept: Mapping[str, Address]) -> None:
        text = json.dumps({name: {"url": each.url, "signing_key": each.signing_key} for name, each in kept.items()})
        write_secret(self._client, self._id, text)

    def _read(self) -> dict[str, Address]:
        text, _ = read_secret(self._client, self._id)
        try:
            return {name: Address(each["url"], each["signing_key"]) for name, each in json.loads(text).items()}
        except (AttributeError, KeyError, TypeError, ValueError):
            # The error's text could hold a part of the secret.
            raise SecretUnreadable("the secret of the addresses is not as newsreel wrote it") from None

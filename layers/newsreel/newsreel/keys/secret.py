"""The secret that holds the API keys, in any of the forms in which people write it."""

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsreel.aws.calls import read_secret
from newsreel.errors import SecretUnreadable

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SECRET_AGE = timedelta(minutes=5)
"""How long the secret is believed before it is read again."""


@dataclass(frozen=True, slots=True)
class Key:
    """An API key. Its value is not part of its text form."""

    value: str = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Eight characters that identify the key and cannot be turned back into it."""
        return hashlib.sha256(self.value.encode()).hexdigest()[:8]


def parse_secret(text: str) -> tuple[Key, ...]:
    """The keys of the secret: JSON (`{"keys": […]}` or a list), or text separated by commas or white space.

    Anything else counts as no key; the text itself is never shown.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = re.split(r"[\s,]+", text)
    if isinstance(value, dict):
        value = value.get("keys")
    if not isinstance(value, list):
        return ()
    texts = (each.strip() for each in value if isinstance(each, str))
    # A header cannot carry anything else, and no key of Google's has anything else.
    return tuple(Key(each) for each in dict.fromkeys(texts) if re.fullmatch(r"[\x21-\x7e]{1,200}", each))


class KeysSecret:
    """The secret that holds the keys; read again when it is old, or on demand."""

    def __init__(self, client: "SecretsManagerClient", secret_id: str) -> None:
        self._client = client
        self._id = secret_id
        self._read_at: datetime | None = None
        self.keys: tuple[Key, ...] = ()
        self.version = ""
        self.problem: str | None = None

    def read(self, now: datetime, *, again: bool = False) -> None:
        """Bring keys and version up to date. A secret that cannot be read leaves what is known and sets `problem`."""
        if self._read_at and not again and timedelta(0) <= now - self._read_at < SECRET_AGE:
            return
        try:
            text, version = read_secret(self._client, self._id)
        except SecretUnreadable as error:
            self.problem = str(error)
            return
        self._read_at = now
        self.keys = parse_secret(text)
        self.version = version
        self.problem = None if self.keys else "the secret holds no key"

"""The secret that holds the API keys, in any of the forms in which people write it."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsreel.aws.calls import read_secret
from newsreel.errors import SecretUnreadable
from newsreel.texts import without_marks

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

SECRET_AGE = timedelta(minutes=5)
"""How long the secret is believed before it is read again."""
KEY = re.compile(r"(\w+=)?(?P<value>[A-Za-z0-9][A-Za-z0-9._~-]{0,199})")
"""No key of Google's has other characters. A line of an `.env` file has a name before it."""
QUOTES = "\"'`“”„«»\u2018\u2019"
BETWEEN_KEYS = re.compile(rf"[\s,;{QUOTES}]+")
NO_KEY = "the secret holds no key"
BROKEN = 'the secret starts like JSON and is none; its right form is {"keys": ["…"]}'


@dataclass(frozen=True, slots=True)
class Key:
    """An API key. Its value is not part of its text form."""

    value: str = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Eight characters that identify the key and cannot be turned back into it."""
        return hashlib.sha256(self.value.encode()).hexdigest()[:8]


def parse_secret(text: str) -> tuple[Key, ...]:
    """The keys of the secret's text, in their order; none where it cannot be read.

    It is JSON: `{"keys": […]}`, a list, or names with values as the console writes them. Or it is text with commas or
    white space between the keys. Quotes do not matter, nor do invisible marks, nor a name with `=` before a key.
    """
    try:
        matches = [KEY.fullmatch(_bare(each)) for each in _read(text)]
    except (ValueError, RecursionError):
        return ()
    return tuple(Key(value) for value in dict.fromkeys(match["value"] for match in matches if match))


def problem_of(text: str) -> str:
    """Why the secret's text gives no key; nothing of the text is in it."""
    try:
        list(_read(text))
    except (ValueError, RecursionError):
        return BROKEN
    return NO_KEY


def _bare(text: str) -> str:
    return re.sub(r"\s", " ", without_marks(text)).strip(f" {QUOTES}")


def _read(text: str) -> Iterator[str]:
    """What may be the keys. Raises ValueError or RecursionError for what starts like JSON and is none."""
    bare = _bare(text)
    try:
        value = _json(bare)
    except ValueError:
        if bare.startswith(("{", "[")):
            raise
        # A part of something like JSON must never be taken for a key.
        if not set(bare) & set("{}[]"):
            yield from BETWEEN_KEYS.split(bare)
    else:
        yield from _texts(value)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        # Some shells leave a backslash before each quote, and so does who writes JSON into JSON.
        return json.loads(text.replace('\\"', '"'))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield from _read(value)
        case list():
            for each in value:
                # A text in a list is one key, or several with commas; one with a space inside is none.
                yield from each.split(",") if isinstance(each, str) else _texts(each)
        case dict():
            for each in [value["keys"]] if value.get("keys") else value.values():
                yield from _texts(each)


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
        self.problem = None if self.keys else problem_of(text)

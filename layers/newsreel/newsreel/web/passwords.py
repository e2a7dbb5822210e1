"""The secret that holds the passwords, read so often that a new one is good at once, and never for each guess."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from newsreel.aws.calls import read_secret
from newsreel.errors import SecretUnreadable
from newsreel.web.access import RIGHT_FORM, ROLES, Credentials, Passwords, Role, read_passwords, role_of

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

AGE = timedelta(minutes=5)
"""How long the passwords are believed before the secret is read again; no longer, even where it cannot be."""
BETWEEN_GUESSES = timedelta(seconds=30)
"""A wrong password may be a new one, for which the secret is read again, but not more often than this."""
BETWEEN_FAILURES = timedelta(seconds=2)


class PasswordsSecret:
    """The secret that holds the passwords: `{"reader": "…", "editor": "…"}`."""

    def __init__(self, client: "SecretsManagerClient", secret_id: str, warn: Callable[[str], object]) -> None:
        self._client = client
        self._id = secret_id
        self._warn = warn
        self._passwords: Passwords = {}
        self._read_at: datetime | None = None
        self._failed_at: datetime | None = None
        self._guessed_at: datetime | None = None

    def role_of(self, given: Credentials, now: datetime) -> Role | None:
        """The role that these credentials give, if any. Raises SecretUnreadable."""
        known = _within(AGE, self._read_at, now)
        if not known:
            self._read(now)
        role = role_of(given, self._passwords)
        if role is None and known and not _within(BETWEEN_GUESSES, self._guessed_at, now):
            self._guessed_at = now
            self._read(now)
            role = role_of(given, self._passwords)
        return role

    def _read(self, now: datetime) -> None:
        if _within(BETWEEN_FAILURES, self._failed_at, now):
            raise SecretUnreadable("the secret could not be read a moment ago")
        try:
            text, _ = read_secret(self._client, self._id)
        except SecretUnreadable:
            self._failed_at = now
            raise
        self._read_at, self._failed_at = now, None
        self._passwords = read_passwords(text)
        if missing := [role for role in ROLES if role not in self._passwords]:
            nobody = " or ".join(missing)
            self._warn(f"the passwords' secret lets nobody in as {nobody}; its right form is {RIGHT_FORM}")


def _within(span: timedelta, since: datetime | None, now: datetime) -> bool:
    return since is not None and timedelta(0) <= now - since < span

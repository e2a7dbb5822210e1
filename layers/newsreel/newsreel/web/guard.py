"""Keeps out who may not do what a request asks for."""

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus

from newsreel.errors import SecretUnreadable
from newsreel.web import access, answers
from newsreel.web.access import CHALLENGE, Role
from newsreel.web.answers import Answer
from newsreel.web.passwords import PasswordsSecret
from newsreel.web.request import Request

RETRY_AFTER = 2
"""Seconds after which to ask again when the passwords could not be read."""
BETWEEN_WARNINGS = timedelta(minutes=1)
WHOSE: dict[Role, str] = {"reader": "the reader's or the editor's password", "editor": "the editor's password"}
HOW = "by HTTP Basic with the user name {names}, or as a bearer token"


class Guard:
    """Asks for the passwords of a secret. Wrong ones are counted in the log once a minute, and never shown."""

    def __init__(self, secret: PasswordsSecret, warn: Callable[[str], object]) -> None:
        self._secret = secret
        self._warn = warn
        self._wrong = 0
        self._warned_at: datetime | None = None

    def refusal(self, request: Request, needed: Role, now: datetime) -> Answer | None:
        """The answer to a request that is not from one who has this role: 401, or 503 where nobody can tell.

        None where it is.
        """
        header = request.headers.get("authorization", "").strip(" \t")
        if not header:
            return self._unauthorized(needed, request)
        given = access.read_credentials(header)
        try:
            role = self._secret.role_of(given, now) if given else None
        except SecretUnreadable as error:
            self._warn(f"passwords unreadable: {error}")
            detail = "The passwords cannot be looked up just now; ask again soon."
            retry = {"Retry-After": str(RETRY_AFTER)}
            return answers.problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, request.id, retry)
        if access.may(role, needed):
            return None
        if role is None:
            self._count(now)
        return self._unauthorized(needed, request, "User name or password are wrong. " if role is None else "")

    def _unauthorized(self, needed: Role, request: Request, why: str = "") -> Answer:
        names = " or ".join(role for role in access.ROLES if access.may(role, needed))
        detail = f"{why}This needs {WHOSE[needed]}: {HOW.format(names=names)}."
        return answers.problem(HTTPStatus.UNAUTHORIZED, detail, request.id, {"WWW-Authenticate": CHALLENGE})

    def _count(self, now: datetime) -> None:
        self._wrong += 1
        if self._warned_at is None or not timedelta(0) <= now - self._warned_at < BETWEEN_WARNINGS:
            self._warn(f"requests with a wrong password: {self._wrong}")
            self._warned_at, self._wrong = now, 0

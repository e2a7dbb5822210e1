"""Who a request is from, by HTTP Basic (RFC 7617) or a bearer token (RFC 6750), and who may do what."""

import binascii
import json
import re
import unicodedata
from base64 import b64decode
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from typing import Literal, NamedTuple

from newsreel.settings import Access

type Role = Literal["reader", "editor"]
type Passwords = Mapping[Role, bytes]
"""The digest of each role's password; a role that is missing lets nobody in."""

ROLES: tuple[Role, ...] = ("reader", "editor")
"""Each may do what those before it may. They are the user names of HTTP Basic, too."""
CHALLENGE = 'Basic realm="newsreel", charset="UTF-8"'
RIGHT_FORM = '{"reader": "…", "editor": "…"}'
BASIC = re.compile(r"basic +(?P<pair>[a-z0-9+/]+=*)", re.ASCII | re.IGNORECASE)
BEARER = re.compile(r"bearer +(?P<token>[!-~]+)", re.ASCII | re.IGNORECASE)


class Credentials(NamedTuple):
    """What an Authorization header holds."""

    name: str | None
    """None where the scheme knows no names."""
    password: str


def wanted(access: Access, *, editing: bool = False) -> Role | None:
    """The role that a request needs, one that edits or one that only reads; None where it needs none."""
    if access == "local":
        return None
    if editing:
        return "editor"
    return "reader" if access == "private" else None


def may(role: Role | None, needed: Role) -> bool:
    """Whether who has this role may do what needs that one."""
    return role is not None and ROLES.index(role) >= ROLES.index(needed)


def read_credentials(header: str) -> Credentials | None:
    """The credentials of an Authorization header; None where it is malformed, or of another scheme."""
    if bearer := BEARER.fullmatch(header):
        return Credentials(None, bearer["token"])
    if not (basic := BASIC.fullmatch(header)):
        return None
    try:
        pair = b64decode(basic["pair"], validate=True)
    except binascii.Error:
        return None
    try:
        text = pair.decode()
    except UnicodeDecodeError:
        # The challenge asks for UTF-8. Some clients, such as requests, send this whatever they are asked for.
        text = pair.decode("latin-1")
    name, colon, password = text.partition(":")
    return Credentials(name, password) if colon else None


def read_passwords(text: str) -> Passwords:
    """The passwords in a secret's text, those that there are: none where it is no JSON object."""
    try:
        value = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return {}
    found = {role: value.get(role) for role in ROLES} if isinstance(value, dict) else {}
    return {role: _digest(each) for role, each in found.items() if isinstance(each, str) and each.strip()}


def role_of(given: Credentials, passwords: Passwords) -> Role | None:
    """The highest role that these credentials give, in a time that says nothing of the passwords."""
    digest = _digest(given.password)
    right = [compare_digest(digest, passwords.get(role, b"")) for role in ROLES]
    roles = [role for role, each in zip(ROLES, right, strict=True) if each and given.name in (None, role)]
    return roles[-1] if roles else None


def _digest(password: str) -> bytes:
    # Some keyboards and systems compose letters with accents, others do not.
    return sha256(unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")).digest()

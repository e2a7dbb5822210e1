"""Cursors: the boundary of a page, as a short token that a reader hands back.

A boundary is the LastEvaluatedKey of the item beside it. Most of that key is known from the request, so the token holds
only the rest: time and id of the item, the direction, and a digest that binds it to one listing. The start key is made
anew from the request and these, so nothing a reader sends reaches DynamoDB unchecked.
"""

import base64
import binascii
import hashlib
from datetime import UTC, datetime
from enum import IntEnum
from typing import NamedTuple

from newsreel.errors import Fault, InvalidParameters
from newsreel.ids import is_video_id
from newsreel.times import instant, stamp
from newsreel.video import Position

VERSION = 1
DIGEST_SIZE = 6
TIME_SIZE = 5
TOKEN_LENGTH_AT_MOST = 64
_TIME_START = 2 + DIGEST_SIZE
_ID_START = _TIME_START + TIME_SIZE


class Direction(IntEnum):
    """On which side of its boundary a page lies."""

    NEXT = 0
    PREV = 1


class Cursor(NamedTuple):
    """A page's boundary; without a position, the listing's start."""

    direction: Direction
    position: Position | None

    def token(self, listing: str) -> str:
        """The URL-safe token, good only for the listing of this description."""
        body = bytes((VERSION, self.direction)) + _digest(listing)
        if self.position:
            seconds = int(instant(self.position.published_at).timestamp())
            body += seconds.to_bytes(TIME_SIZE, signed=True) + self.position.video_id.encode()
        return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def from_token(token: str, listing: str) -> Cursor:
    """The cursor of a token. Raises InvalidParameters for one that is malformed, old, or of another listing."""
    try:
        cursor = _parsed(token, listing)
    except (ValueError, OverflowError, binascii.Error):
        cursor = None
    # One boundary has one token: what decodes but would be written otherwise was not made here.
    if cursor is None or cursor.token(listing) != token:
        raise InvalidParameters(Fault("cursor", token, "not a cursor of this service"))
    return cursor


def _parsed(token: str, listing: str) -> Cursor | None:
    if len(token) > TOKEN_LENGTH_AT_MOST or not token.isascii():
        return None
    body = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    if len(body) < _TIME_START or body[0] != VERSION:
        return None
    if body[2:_TIME_START] != _digest(listing):
        raise InvalidParameters(
            Fault("cursor", token, "belongs to another listing: query, order and filters must stay as they were")
        )
    direction = Direction(body[1])
    if len(body) == _TIME_START:
        return Cursor(direction, None)
    seconds = int.from_bytes(body[_TIME_START:_ID_START], signed=True)
    video_id = body[_ID_START:].decode()
    if not is_video_id(video_id):
        return None
    return Cursor(direction, Position(stamp(datetime.fromtimestamp(seconds, UTC)), video_id))


def _digest(listing: str) -> bytes:
    return hashlib.blake2s(listing.encode(), digest_size=DIGEST_SIZE).digest()

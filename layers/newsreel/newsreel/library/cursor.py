"""Cursors: the boundary of a page, as a short token that a reader hands back.

A boundary is the LastEvaluatedKey of the item beside it. Most of that key is known from the request, so the token holds
only the rest: time and id of the item, the direction, and a digest that binds it to one listing; and where the listing
is sorted by something else first, the item's value of that. The start key is made anew from the request and these, so
nothing a reader sends reaches DynamoDB unchecked.
"""

import base64
import binascii
import hashlib
from datetime import UTC, datetime
from enum import IntEnum
from typing import NamedTuple

from newsreel.errors import Fault, InvalidParameters
from newsreel.ids import is_video_id
from newsreel.library.listing import Listing
from newsreel.library.place import Place
from newsreel.times import instant, stamp

VERSION = 1
DIGEST_SIZE = 6
TIME_SIZE = 5
RANK_SIZE = 6
SHOWN_SIZE = 2
TOKEN_LENGTH_AT_MOST = 64
_START = 2 + DIGEST_SIZE


class Direction(IntEnum):
    """On which side of its boundary a page lies."""

    NEXT = 0
    PREV = 1


class Moment(NamedTuple):
    """Of a walk by counts: when these counts held, and how many videos come before the boundary."""

    as_of: datetime
    shown: int = 0


class Cursor(NamedTuple):
    """A page's boundary; without a place, the listing's start."""

    direction: Direction
    place: Place | None
    moment: Moment | None = None

    def token(self, listing: Listing) -> str:
        """The URL-safe token, good only for this listing."""
        body = bytes((VERSION, self.direction)) + _digest(listing)
        if self.moment:
            body += _time(self.moment.as_of) + self.moment.shown.to_bytes(SHOWN_SIZE)
        if self.place:
            if listing.ranked_by:
                body += self.place.rank.to_bytes(RANK_SIZE)
            body += _time(instant(self.place.published_at)) + self.place.video_id.encode()
        return base64.urlsafe_b64encode(body).rstrip(b"=").decode()


def from_token(token: str, listing: Listing) -> Cursor:
    """The cursor of a token. Raises InvalidParameters for one that is malformed, old, or of another listing."""
    try:
        cursor = _parsed(token, listing)
    except (ValueError, OverflowError, binascii.Error):
        cursor = None
    # One boundary has one token: what decodes but would be written otherwise was not made here. Nor was a place outside
    # of the listing, which DynamoDB refuses.
    if cursor is None or cursor.token(listing) != token or not (cursor.place is None or _within(cursor.place, listing)):
        raise InvalidParameters(Fault("cursor", token, "not a cursor of this service"))
    return cursor


def _parsed(token: str, listing: Listing) -> Cursor | None:
    if len(token) > TOKEN_LENGTH_AT_MOST or not token.isascii():
        return None
    body = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    if len(body) < _START or body[0] != VERSION:
        return None
    if body[2:_START] != _digest(listing):
        raise InvalidParameters(
            Fault("cursor", token, "belongs to another listing: query, order and filters must stay as they were")
        )
    direction, rest = Direction(body[1]), body[_START:]
    moment = None
    if listing.order == "views":
        as_of, shown, rest = rest[:TIME_SIZE], rest[TIME_SIZE:][:SHOWN_SIZE], rest[TIME_SIZE + SHOWN_SIZE :]
        if len(shown) < SHOWN_SIZE:
            return None
        moment = Moment(_instant(as_of), int.from_bytes(shown))
    if not rest:
        return Cursor(direction, None, moment)
    rank = 0
    if listing.ranked_by:
        rank, rest = int.from_bytes(rest[:RANK_SIZE]), rest[RANK_SIZE:]
    video_id = rest[TIME_SIZE:].decode()
    if not is_video_id(video_id):
        return None
    return Cursor(direction, Place(rank, stamp(_instant(rest[:TIME_SIZE])), video_id), moment)


def _within(place: Place, listing: Listing) -> bool:
    since, until = listing.bounds()
    lasts = listing.order not in ("longest", "shortest") or listing.lasts(place.rank)
    return (since or "") <= place.published_at <= (until or "9999-12-31T23:59:59Z") and lasts


def _time(moment: datetime) -> bytes:
    return int(moment.timestamp()).to_bytes(TIME_SIZE, signed=True)


def _instant(seconds: bytes) -> datetime:
    return datetime.fromtimestamp(int.from_bytes(seconds, signed=True), UTC)


def _digest(listing: Listing) -> bytes:
    return hashlib.blake2s(str(listing).encode(), digest_size=DIGEST_SIZE).digest()

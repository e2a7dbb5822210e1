"""Cursors: every boundary has one token, and no other text is taken for one."""

import base64
import random
import re
from datetime import UTC, datetime

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from newsreel.errors import InvalidParameters
from newsreel.library.cursor import TOKEN_LENGTH_AT_MOST, Cursor, Direction, Moment, from_token
from newsreel.library.listing import Listing
from newsreel.library.place import Place
from newsreel.times import instant, stamp

LISTING = Listing("cricket")
HERE = Cursor(Direction.NEXT, Place(0, "2026-11-23T12:00:00Z", "-video_id00"))

times = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)).map(stamp)  # noqa: DTZ001 - bounds are naive
ids = st.from_regex(r"[A-Za-z0-9_-]{11}", fullmatch=True)
directions = st.sampled_from(Direction)
cursors = st.builds(Cursor, directions, st.none() | st.builds(Place, st.just(0), times, ids), st.none())
places = st.builds(Place, st.integers(0, 2**47), times, ids)
moments = st.builds(Moment, times.map(instant), st.integers(0, 500))
ranked = st.builds(Cursor, directions, st.none() | places, st.none())
viewed = st.builds(Cursor, directions, st.none() | places, moments)
names = st.text().map(Listing)


@given(
    st.tuples(cursors, names)
    | st.tuples(ranked, st.sampled_from((Listing("cricket", "longest"), Listing("*", "shortest"))))
    | st.tuples(viewed, st.just(Listing("cricket", "views")))
)
def test_a_token_leads_back_to_its_cursor(pair: tuple[Cursor, Listing]) -> None:
    cursor, listing = pair
    token = cursor.token(listing)
    assert from_token(token, listing) == cursor
    assert re.fullmatch(r"[A-Za-z0-9_-]+", token), "it needs no escaping in a URL"
    assert len(token) <= TOKEN_LENGTH_AT_MOST


@given(cursors, cursors)
def test_different_cursors_have_different_tokens(one: Cursor, other: Cursor) -> None:
    assert (one.token(LISTING) == other.token(LISTING)) is (one == other)


@given(cursors, names, names)
def test_a_token_is_good_for_its_own_listing_only(cursor: Cursor, listing: Listing, other: Listing) -> None:
    assume(listing != other)
    with pytest.raises(InvalidParameters, match="another listing"):
        from_token(cursor.token(listing), other)


@given(st.text())
@example("")
@example("=")
@example("\N{DIGIT ONE}" * 64)
@example("A" * 100_000)
@example("e30")
@example("\x00")
@example("\ud800")
def test_no_other_text_is_a_cursor(text: str) -> None:
    with pytest.raises(InvalidParameters) as raised:
        from_token(text, LISTING)
    assert [fault.parameter for fault in raised.value.faults] == ["cursor"]


def test_no_change_of_a_token_goes_unnoticed() -> None:
    """Ten thousand: each either is refused or, where it is a token itself, names another boundary of this listing."""
    chance, token = random.Random(1), HERE.token(LISTING)
    letters = "ABCxyz019-_=+/. %é\n"
    for _ in range(10_000):
        changed = list(token)
        for _ in range(chance.randint(1, 3)):
            place = chance.randrange(len(changed))
            changed[place : place + chance.randint(0, 2)] = chance.choices(letters, k=chance.randint(0, 2))
            changed = changed or ["A"]
        text = "".join(changed)
        try:
            cursor = from_token(text, LISTING)
        except InvalidParameters:
            continue
        assert cursor.token(LISTING) == text
        assert (cursor == HERE) is (text == token)


@pytest.mark.parametrize("version", [0, 2, 255])
def test_a_token_of_another_version_is_refused(version: int) -> None:
    body = bytearray(base64.urlsafe_b64decode(HERE.token(LISTING) + "=="))
    body[0] = version
    with pytest.raises(InvalidParameters):
        from_token(base64.urlsafe_b64encode(body).rstrip(b"=").decode(), LISTING)


def test_tokens_handed_out_stay_good() -> None:
    """A change of their form needs another version."""
    assert HERE.token(LISTING) == "AQBPq6lvyDYAawQqwC12aWRlb19pZDAw"

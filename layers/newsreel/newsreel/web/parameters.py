"""Query parameters: each is declared once, with how it is read, what is allowed and what it means, and read strictly.

Nothing is guessed: an unknown, repeated, empty or improper parameter is a fault, and all faults are named at once. The
OpenAPI document is made from the same declarations.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from newsreel import ids
from newsreel.errors import Fault, InvalidParameters, UnknownQuery
from newsreel.library.cursor import TOKEN_LENGTH_AT_MOST
from newsreel.library.listing import ORDERS, Listing
from newsreel.library.page import PAGE_SIZE_AT_MOST, PAGE_SIZE_DEFAULT
from newsreel.library.words import LETTERS_AT_LEAST, REQUEST_LENGTH_AT_MOST, requested
from newsreel.settings import EVERY_QUERY, QUERY_LENGTH_AT_MOST
from newsreel.texts import normalized_query
from newsreel.times import instant
from newsreel.video import LIVE_STATES, SHORT_AT_MOST, SHORTS_CHOICES

FEED_SIZE = 50
"""Entries of a feed unless `page_size` says otherwise: feed readers ask seldom, and much may be new by then."""
DURATION_AT_MOST = 604_800
"""Seconds, a week: no video on YouTube is as long."""
VALUE_SHOWN = 100
"""Characters of a wrong value that an answer repeats."""
RFC_3339 = r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"
EARLIEST, LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
"""Times beyond these, which stand for "ever", count as these: they leave room for a second before and after."""


class Parameter(NamedTuple):
    """A query parameter.

    `read` turns its text into a value, or raises ValueError; `allowed` says what it takes, in words; `schema` the same
    as a JSON Schema (2020-12), with the default and an example; `about` what it means.
    """

    name: str
    read: Callable[[str], Any]
    allowed: str
    schema: Mapping[str, Any]
    about: str


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(text)
        return text

    return read


def _whole(least: int, most: int, *, digits: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(rf"[0-9]{{1,{digits}}}", text) or not least <= int(text) <= most:
            raise ValueError(text)
        return int(text)

    return read


def _time(text: str) -> datetime:
    # In a query string an unescaped plus sign stands for a space; no RFC 3339 time holds one.
    text = text.replace(" ", "+").upper()
    if not re.fullmatch(RFC_3339, text, re.ASCII):
        raise ValueError(text)
    whole = min(max(instant(text), EARLIEST), LATEST)
    fraction = re.search(r"\.\d*[1-9]", text)
    # Videos' times are whole seconds: the first that is not before a fraction is the next one.
    return whole + timedelta(seconds=1) if fraction else whole


def _channel_id(text: str) -> str:
    if not ids.is_channel_id(text):
        raise ValueError(text)
    return text


def _query(text: str) -> str:
    try:
        return normalized_query(text) or text
    except ValueError:
        # Nobody watches what settings refuse, and that is what the answer says.
        return text


def _text(text: str) -> str:
    return text


TIME_ALLOWED = "an RFC 3339 time with a zone, such as 2026-11-23T08:00:00Z"

QUERY = Parameter(
    "query",
    _query,
    "a watched query",
    {"type": "string", "minLength": 1, "maxLength": QUERY_LENGTH_AT_MOST, "examples": ["cricket"]},
    "The watched query, as `/queries` names it; by default the first of these. The case of letters matters; which "
    "spaces are typed, and how many, does not.",
)
QUERY_OR_ALL = replace(
    QUERY,
    allowed=f"a watched query, or {EVERY_QUERY} for all",
    about=f"{QUERY.about} `{EVERY_QUERY}` lists the videos of all watched queries together, each once; such a page "
    "reads a little of every query.",
)
ORDER = Parameter(
    "order",
    _one_of(*ORDERS),
    f"one of {', '.join(ORDERS)}",
    {"type": "string", "enum": list(ORDERS), "default": ORDERS[0]},
    "Which videos come first. `newest` and `oldest` go by the time of publication, `longest` and `shortest` by the "
    "duration, and list only videos whose duration is known. `views` lists the most viewed videos published from "
    "`published_after` to `published_before`, by default of seven days, at most 500 of them: by the counts of one "
    "moment, `as_of`, at which the whole walk stays for an hour.",
)
PUBLISHED_AFTER = Parameter(
    "published_after",
    _time,
    TIME_ALLOWED,
    {"type": "string", "format": "date-time", "examples": ["2026-11-22T00:00:00Z"]},
    "Only videos published at this time or later.",
)
PUBLISHED_BEFORE = Parameter(
    "published_before",
    _time,
    TIME_ALLOWED,
    {"type": "string", "format": "date-time", "examples": ["2026-11-23T00:00:00+05:30"]},
    "Only videos published before this time. Later than `published_after`.",
)
CHANNEL_ID = Parameter(
    "channel_id",
    _channel_id,
    "a channel's id: 1 to 64 letters, digits, - and _",
    {"type": "string", "pattern": f"^{ids.CHANNEL_ID}$", "examples": ["UCxxxxxxxxxxxxxxxxxxxxxx"]},
    "Only videos of this channel.",
)
LIVE = Parameter(
    "live",
    _one_of(*LIVE_STATES),
    f"one of {', '.join(LIVE_STATES)}",
    {"type": "string", "enum": list(LIVE_STATES)},
    "Only videos that are no broadcast, are being broadcast, or are announced. A page may then hold fewer videos than "
    "`page_size`, even none, though `next_cursor` goes on: no page reads more than a bounded number of videos.",
)
MIN_DURATION = Parameter(
    "min_duration",
    _whole(0, DURATION_AT_MOST, digits=6),
    f"a whole number of seconds from 0 to {DURATION_AT_MOST}",
    {"type": "integer", "minimum": 0, "maximum": DURATION_AT_MOST, "examples": [240]},
    "Only videos that are known to last so many seconds or more.",
)
MAX_DURATION = Parameter(
    "max_duration",
    _whole(0, DURATION_AT_MOST, digits=6),
    f"a whole number of seconds from 0 to {DURATION_AT_MOST}",
    {"type": "integer", "minimum": 0, "maximum": DURATION_AT_MOST, "examples": [1200]},
    "Only videos that are known to last so many seconds or less. Not less than `min_duration`.",
)
SHORTS = Parameter(
    "shorts",
    _one_of(*SHORTS_CHOICES),
    f"one of {', '.join(SHORTS_CHOICES)}",
    {"type": "string", "enum": list(SHORTS_CHOICES)},
    f"Only Shorts, or none of them: what is taller than wide and lasts at most {SHORT_AT_MOST} seconds. What is not "
    "known to be one counts as none.",
)
SEARCH = Parameter(
    "search",
    requested,
    f"at most {REQUEST_LENGTH_AT_MOST} characters with a word of two letters or more",
    {
        "type": "string",
        "minLength": LETTERS_AT_LEAST,
        "maxLength": REQUEST_LENGTH_AT_MOST,
        "examples": ["world cup"],
    },
    "Only videos whose title, channel or description has words that begin with each of these, in any order. Case, "
    "accents and width do not matter, nor does what is neither letter nor digit. Of scripts without spaces any part of "
    "two characters or more is found. Of a description about the first 30 words are searched. As with `live`, a page "
    "may hold fewer videos than `page_size` though `next_cursor` goes on.",
)
EXCLUDE = Parameter(
    "exclude",
    requested,
    SEARCH.allowed,
    {**SEARCH.schema, "examples": ["highlights"]},
    "No videos that have a word that begins with one of these, read as `search` reads them.",
)
PAGE_SIZE = Parameter(
    "page_size",
    _whole(1, PAGE_SIZE_AT_MOST, digits=3),
    f"a whole number from 1 to {PAGE_SIZE_AT_MOST}",
    {"type": "integer", "minimum": 1, "maximum": PAGE_SIZE_AT_MOST, "default": PAGE_SIZE_DEFAULT},
    "How many videos a page holds. It may change from page to page.",
)
CURSOR = Parameter(
    "cursor",
    _text,
    "a next_cursor or prev_cursor of the same listing",
    {"type": "string", "pattern": f"^[A-Za-z0-9_-]{{11,{TOKEN_LENGTH_AT_MOST}}}$"},
    "`next_cursor` or `prev_cursor` of a page of the same listing: query, order and filters must stay as they were.",
)

VIDEOS = Parameter(
    "videos",
    _one_of("keep", "delete"),
    "one of keep, delete",
    {"type": "string", "enum": ["keep", "delete"], "default": "keep"},
    "Whether the query's videos stay until they expire, or are deleted at once, in the background.",
)

LISTING = (
    QUERY_OR_ALL,
    ORDER,
    PUBLISHED_AFTER,
    PUBLISHED_BEFORE,
    CHANNEL_ID,
    LIVE,
    MIN_DURATION,
    MAX_DURATION,
    SHORTS,
    SEARCH,
    EXCLUDE,
)
PAGE = (*LISTING, PAGE_SIZE, CURSOR)
FEED = (*LISTING, replace(PAGE_SIZE, schema={**PAGE_SIZE.schema, "default": FEED_SIZE}), CURSOR)


class PageRequest(NamedTuple):
    """A page that a reader asks for."""

    listing: Listing
    cursor: str | None
    page_size: int


def read(raw: str, parameters: Sequence[Parameter]) -> dict[str, Any]:
    """The values of a raw query string's parameters. Raises InvalidParameters with every fault."""
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, Any] = {}
    faults: dict[str, Fault] = {}
    for name, text in parse_qsl(raw, keep_blank_values=True, errors="replace"):
        shown = text[:VALUE_SHOWN]
        if name not in known:
            allowed = f"known are {', '.join(known)}" if known else "none is taken here"
            faults[name] = Fault(name[:VALUE_SHOWN], shown, f"is not a parameter of this route; {allowed}")
        elif name in values or name in faults:
            faults[name] = Fault(name, shown, f"is given more than once; it must be {known[name].allowed}, once")
        elif text == "":
            faults[name] = Fault(name, shown, f"is empty; it must be {known[name].allowed}")
        else:
            try:
                values[name] = known[name].read(text)
            except ValueError:
                faults[name] = Fault(name, shown, f"must be {known[name].allowed}")
    if faults:
        raise InvalidParameters(*faults.values())
    return values


def page_request(raw: str, watched: tuple[str, ...], page_size: int = PAGE_SIZE_DEFAULT) -> PageRequest:
    """The page that a raw query string asks for; `page_size` where it does not say.

    Raises InvalidParameters, UnknownQuery.
    """
    values = read(raw, PAGE)
    page_size, cursor = values.pop("page_size", page_size), values.pop("cursor", None)
    return PageRequest(_listing(values, watched), cursor, page_size)


def watched_query(values: Mapping[str, Any], watched: tuple[str, ...]) -> str:
    """The query that a request names, by default the first. Raises UnknownQuery."""
    query: str = values.get("query") or next(iter(watched), "")
    if query not in watched:
        raise UnknownQuery(query[:VALUE_SHOWN], watched)
    return query


def _listing(values: dict[str, Any], watched: tuple[str, ...]) -> Listing:
    after, before = values.get("published_after"), values.get("published_before")
    if after and before and after >= before:
        raise InvalidParameters(Fault("published_before", None, "must be later than published_after"))
    least, most = values.get("min_duration"), values.get("max_duration")
    if least is not None and most is not None and least > most:
        raise InvalidParameters(Fault("max_duration", None, "must not be less than min_duration"))
    query = EVERY_QUERY if values.get("query") == EVERY_QUERY else watched_query(values, watched)
    return Listing(**{**values, "query": query})

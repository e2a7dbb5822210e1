"""Query parameters, each declared once (see `fields`), and read strictly.

Nothing is guessed: an unknown, repeated, empty or improper parameter is a fault, and all faults are named at once.
"""

import re
from collections.abc import Mapping, Sequence
from copy import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from newsreel.errors import Fault, InvalidParameters, UnknownQuery
from newsreel.fields import Field, one_of, whole_text
from newsreel.library import filters
from newsreel.library.cursor import TOKEN_LENGTH_AT_MOST
from newsreel.library.filters import FILTERS
from newsreel.library.listing import ORDERS, Listing
from newsreel.library.page import PAGE_SIZE_AT_MOST, PAGE_SIZE_DEFAULT
from newsreel.settings import EVERY_QUERY, QUERY_LENGTH_AT_MOST
from newsreel.texts import normalized_query
from newsreel.times import instant

FEED_SIZE = 50
"""Entries of a feed unless `page_size` says otherwise: feed readers ask seldom, and much may be new by then."""
VALUE_SHOWN = 100
"""Characters of a wrong value that an answer repeats."""
RFC_3339 = r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)"
EARLIEST, LATEST = datetime(1, 1, 2, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
"""Times beyond these, which stand for "ever", count as these: they leave room for a second before and after."""


def _time(text: str) -> datetime:
    # In a query string an unescaped plus sign stands for a space; no RFC 3339 time holds one.
    text = text.replace(" ", "+").upper()
    if not re.fullmatch(RFC_3339, text, re.ASCII):
        raise ValueError(text)
    whole = min(max(instant(text), EARLIEST), LATEST)
    fraction = re.search(r"\.\d*[1-9]", text)
    # Videos' times are whole seconds: the first that is not before a fraction is the next one.
    return whole + timedelta(seconds=1) if fraction else whole


def _query(text: str) -> str:
    try:
        return normalized_query(text) or text
    except ValueError:
        # Nobody watches what settings refuse, and that is what the answer says.
        return text


def _text(text: str) -> str:
    return text


TIME_ALLOWED = "an RFC 3339 time with a zone, such as 2026-11-23T08:00:00Z"

QUERY = Field(
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
ORDER = Field(
    "order",
    one_of(*ORDERS),
    f"one of {', '.join(ORDERS)}",
    {"type": "string", "enum": list(ORDERS), "default": ORDERS[0]},
    "Which videos come first. `newest` and `oldest` go by the time of publication, `longest` and `shortest` by the "
    "duration, and list only videos whose duration is known. `views` lists the most viewed videos published from "
    "`published_after` to `published_before`, by default of seven days, at most 500 of them: by the counts of one "
    "moment, `as_of`, at which the whole walk stays for an hour.",
)
PUBLISHED_AFTER = Field(
    "published_after",
    _time,
    TIME_ALLOWED,
    {"type": "string", "format": "date-time", "examples": ["2026-11-22T00:00:00Z"]},
    "Only videos published at this time or later.",
)
PUBLISHED_BEFORE = Field(
    "published_before",
    _time,
    TIME_ALLOWED,
    {"type": "string", "format": "date-time", "examples": ["2026-11-23T00:00:00+05:30"]},
    "Only videos published before this time. Later than `published_after`.",
)
PAGE_SIZE = Field(
    "page_size",
    whole_text(1, PAGE_SIZE_AT_MOST),
    f"a whole number from 1 to {PAGE_SIZE_AT_MOST}",
    {"type": "integer", "minimum": 1, "maximum": PAGE_SIZE_AT_MOST, "default": PAGE_SIZE_DEFAULT},
    "How many videos a page holds. It may change from page to page.",
)
CURSOR = Field(
    "cursor",
    _text,
    "a next_cursor or prev_cursor of the same listing",
    {"type": "string", "pattern": f"^[A-Za-z0-9_-]{{11,{TOKEN_LENGTH_AT_MOST}}}$"},
    "`next_cursor` or `prev_cursor` of a page of the same listing: query, order and filters must stay as they were.",
)

VIDEOS = Field(
    "videos",
    one_of("keep", "delete"),
    "one of keep, delete",
    {"type": "string", "enum": ["keep", "delete"], "default": "keep"},
    "Whether the query's videos stay until they expire, or are deleted at once, in the background.",
)

LISTING = (
    QUERY_OR_ALL,
    ORDER,
    PUBLISHED_AFTER,
    PUBLISHED_BEFORE,
    *FILTERS,
)
PAGE = (*LISTING, PAGE_SIZE, CURSOR)
FEED = (*LISTING, replace(PAGE_SIZE, schema={**PAGE_SIZE.schema, "default": FEED_SIZE}), CURSOR)


class PageRequest(NamedTuple):
    """A page that a reader asks for."""

    listing: Listing
    cursor: str | None
    page_size: int


def read(raw: str, parameters: Sequence[Field]) -> dict[str, Any]:
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
    filters.check(values)
    query = EVERY_QUERY if values.get("query") == EVERY_QUERY else watched_query(values, watched)
    return Listing(**{**values, "query": query})

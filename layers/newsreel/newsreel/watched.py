"""What is watched: a query, as its owner named it, with its settings.

Each setting is declared once, with what it takes and its default (see `fields`).
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, NamedTuple

from newsreel.errors import Fault, InvalidParameters
from newsreel.fields import Field, list_of, one_of, read_object, truth, whole
from newsreel.ids import CHANNEL_ID, is_channel_id
from newsreel.settings import EVERY_QUERY, QUERY_LENGTH_AT_MOST
from newsreel.texts import normalized_query, phrase

type SafeSearch = Literal["moderate", "none", "strict"]

SAFE_SEARCHES: tuple[SafeSearch, ...] = ("moderate", "none", "strict")
SEARCH_LENGTH_AT_MOST = 300
WEIGHT_AT_MOST = 100
INTERVAL_AT_MOST = 86_400
QUERIES_AT_MOST = 2_000
BLOCKED_CHANNELS_AT_MOST = 100
BLOCKED_WORDS_AT_MOST = 50
"""What is watched is read each minute, and block lists are a part of it."""
BLOCKED_WORD_AT_MOST = 100
"""Characters."""


class WatchedQuery(NamedTuple):
    """A watched query and its settings."""

    name: str
    search: str
    """What YouTube is asked for, with its operators: `-word`, `|`, quotes."""
    region: str | None = None
    """Only videos that can be watched there: an ISO 3166-1 code of two letters."""
    language: str | None = None
    """The language whose videos come first: an ISO 639-1 code."""
    safe_search: SafeSearch = "moderate"
    min_interval_seconds: int | None = None
    """The shortest time between two polls; None: as for all queries."""
    weight: int = 1
    """Its share of the budget against the others'."""
    paused: bool = False
    blocked_channels: tuple[str, ...] = ()
    """Ids of the channels whose videos are stored, but not shown."""
    blocked_words: tuple[str, ...] = ()
    """The same of videos with these words; each is a word, or several that a video must have all."""
    place: int = 0
    """Queries are listed in this order."""
    version: int = 0
    """Counts its changes; 0: it is not watched yet."""


def _search(value: Any) -> str:
    return phrase(value if isinstance(value, str) else "", SEARCH_LENGTH_AT_MOST)


def _code(pattern: str, change: Callable[[str], str]) -> Callable[[Any], str | None]:
    def read(value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str) or not re.fullmatch(pattern, value, re.IGNORECASE | re.ASCII):
            raise ValueError(value)
        return change(value)

    return read


def _language(text: str) -> str:
    # YouTube writes Chinese as zh-Hans and zh-Hant.
    head, dash, tail = text.partition("-")
    return head.lower() + dash + tail.title()


def _interval(value: Any) -> int | None:
    return None if value is None else whole(10, INTERVAL_AT_MOST)(value)


def _blocked_channel(text: str) -> str:
    if not is_channel_id(text):
        raise ValueError(text)
    return text


def _blocked_words(text: str) -> str:
    words = normalized_query(text)
    if not 2 <= len(words) <= BLOCKED_WORD_AT_MOST or not re.search(r"[^\W_]", words):
        raise ValueError(text)
    return words


SETTINGS = (
    Field(
        "search",
        _search,
        f"a text of 1 to {SEARCH_LENGTH_AT_MOST} characters without control characters and line breaks",
        {"type": "string", "minLength": 1, "maxLength": SEARCH_LENGTH_AT_MOST},
        "What YouTube is asked for; by default the query's name. YouTube reads `-word` as without that word, `|` as "
        "or, and quotes as these words in this order.",
    ),
    Field(
        "region",
        _code("[a-z]{2}", str.upper),
        "a country's code of two letters (ISO 3166-1), or null",
        {"type": ["string", "null"], "pattern": "^[A-Za-z]{2}$", "default": None},
        "Only videos that can be watched in this country.",
    ),
    Field(
        "language",
        _code("[a-z]{2}|zh-hans|zh-hant", _language),
        "a language's code of two letters (ISO 639-1), zh-Hans or zh-Hant, or null",
        {"type": ["string", "null"], "pattern": "^([A-Za-z]{2}|zh-Han[st])$", "default": None},
        "Videos that are most relevant to this language. Others may still be found.",
    ),
    Field(
        "safe_search",
        one_of(*SAFE_SEARCHES),
        f"one of {', '.join(SAFE_SEARCHES)}",
        {"type": "string", "enum": list(SAFE_SEARCHES), "default": "moderate"},
        "Whether YouTube leaves out restricted videos.",
    ),
    Field(
        "min_interval_seconds",
        _interval,
        f"a whole number from 10 to {INTERVAL_AT_MOST}, or null",
        {"type": ["integer", "null"], "minimum": 10, "maximum": INTERVAL_AT_MOST, "default": None},
        "The shortest time between two polls. Null: as for all queries. The budget may make it longer.",
    ),
    Field(
        "weight",
        whole(1, WEIGHT_AT_MOST),
        f"a whole number from 1 to {WEIGHT_AT_MOST}",
        {"type": "integer", "minimum": 1, "maximum": WEIGHT_AT_MOST, "default": 1},
        "Its share of the budget against the other queries': one of weight 3 is searched three times as often as one "
        "of weight 1.",
    ),
    Field(
        "paused",
        truth,
        "true or false",
        {"type": "boolean", "default": False},
        "Whether it is not polled for now. Its videos stay, and the others share its part of the budget.",
    ),
    Field(
        "blocked_channels",
        list_of(_blocked_channel, BLOCKED_CHANNELS_AT_MOST),
        f"a list of at most {BLOCKED_CHANNELS_AT_MOST} channels' ids",
        {
            "type": "array",
            "items": {"type": "string", "pattern": f"^{CHANNEL_ID}$"},
            "maxItems": BLOCKED_CHANNELS_AT_MOST,
            "default": [],
        },
        "Videos of these channels are stored, but not shown among the query's. Once a channel is taken off the list, "
        "they show again.",
    ),
    Field(
        "blocked_words",
        list_of(_blocked_words, BLOCKED_WORDS_AT_MOST),
        f"a list of at most {BLOCKED_WORDS_AT_MOST} texts of 2 to {BLOCKED_WORD_AT_MOST} characters, each with a "
        "letter or a digit",
        {
            "type": "array",
            "items": {"type": "string", "minLength": 2, "maxLength": BLOCKED_WORD_AT_MOST},
            "maxItems": BLOCKED_WORDS_AT_MOST,
            "default": [],
        },
        "Videos that `search` finds by one of these are stored, but not shown. Of a text with several words a video "
        "must have all.",
    ),
)


def read_name(text: str) -> str:
    """A query's name, as it is kept. Raises InvalidParameters."""
    try:
        name = phrase(text, QUERY_LENGTH_AT_MOST)
    except ValueError:
        name = ""
    if name in ("", EVERY_QUERY):
        allowed = (
            f"must be 1 to {QUERY_LENGTH_AT_MOST} characters without control characters and line breaks, and not "
            f"{EVERY_QUERY}, which stands for all queries"
        )
        raise InvalidParameters(Fault("query", text, allowed))
    return name


def read_settings(body: Any) -> dict[str, Any]:
    """The settings of an object of JSON. Raises InvalidParameters with every fault."""
    return read_object(body, SETTINGS, "a query")


def seeds(names: Sequence[str]) -> list[WatchedQuery]:
    """The queries of a new deployment, in the order of its template's parameter."""
    return [WatchedQuery(name, name, place=place, version=1) for place, name in enumerate(names)]


def rivals(queries: Iterable[WatchedQuery]) -> dict[str, float]:
    """By name, among how many queries of equal weight each that is not paused would have the share that it has."""
    active = [query for query in queries if not query.paused]
    weights = sum(query.weight for query in active)
    return {query.name: weights / query.weight for query in active}

"""The settings of each function, read from environment variables and checked before anything else is done.

Each setting is declared once, with its default and its bounds. The template's parameter of the same name has the same.
"""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from newsreel.errors import SettingsError
from newsreel.texts import normalized_query, without_marks

type Pacing = Literal["budget", "fixed"]
type Switch = Literal["on", "off"]
type Access = Literal["private", "public", "local"]
"""Who may read: who has a password, everybody, or everybody on this machine, who may also edit."""
type TargetAddresses = Literal["public", "any"]
"""Where targets may be: on the internet alone, or on this machine, too."""

QUERIES_AT_MOST = 200
QUERY_LENGTH_AT_MOST = 100
"""Characters."""
TARGET_NAME_AT_MOST = 50
"""Characters."""
EVERY_QUERY = "*"
"""Stands for all watched queries, so that none may have this name."""


class ApiSettings(NamedTuple):
    """What the api needs."""

    videos_table: str
    state_table: str
    words_table: str
    queries: tuple[str, ...]
    poll_interval: timedelta
    pacing: Pacing
    search_calls_per_day: int
    units_per_day: int
    invidious_urls: tuple[str, ...]
    retention: timedelta
    log_retention: timedelta
    operator_contact: str
    access: Access
    allowed_origin: str
    passwords_secret_id: str
    tracking: Switch


class FetcherSettings(NamedTuple):
    """What the fetcher needs."""

    videos_table: str
    state_table: str
    words_table: str
    keys_secret_id: str
    poll_queue_url: str
    queries: tuple[str, ...]
    poll_interval: timedelta
    pacing: Pacing
    search_calls_per_day: int
    units_per_day: int
    youtube_api_url: str
    invidious_urls: tuple[str, ...]
    retention: timedelta
    news_queue_url: str
    event_bus: str
    tracking: Switch


class EditorSettings(NamedTuple):
    """What the editor needs."""

    state_table: str
    queries: tuple[str, ...]
    access: Access
    allowed_origin: str
    passwords_secret_id: str
    news_queue_url: str
    targets_secret_id: str
    target_addresses: TargetAddresses


class NotifierSettings(NamedTuple):
    """What the notifier needs."""

    videos_table: str
    state_table: str
    words_table: str
    queries: tuple[str, ...]
    retention: timedelta
    news_queue_url: str
    targets_secret_id: str
    target_addresses: TargetAddresses
    event_bus: str


class Whole(NamedTuple):
    """Reads a whole number of units from `least` to `most`, both included."""

    least: int
    most: int
    unit: int | timedelta = 1

    def __call__(self, text: str) -> int | timedelta:
        """So many units. Raises ValueError, which says what is allowed."""
        if not re.fullmatch(r"\d{1,12}", text, re.ASCII) or not self.least <= int(text) <= self.most:
            raise ValueError(f"must be a whole number from {self.least} to {self.most}, not {text!r}")
        return int(text) * self.unit


class OneOf(NamedTuple):
    """Reads one of some words."""

    allowed: tuple[str, ...]

    def __call__(self, text: str) -> str:
        """The word. Raises ValueError, which says what is allowed."""
        if text not in self.allowed:
            raise ValueError(f"must be one of {', '.join(self.allowed)}, not {text!r}")
        return text


class Setting(NamedTuple):
    """An environment variable: `read` turns its text into a value, or raises ValueError, which says what is allowed."""

    variable: str
    read: Whole | OneOf | Callable[[str], Any] = str
    default: str | None = None
    """None: it must be set."""


def read_settings[S: (ApiSettings, FetcherSettings, EditorSettings, NotifierSettings)](
    kind: type[S], environ: Mapping[str, str]
) -> S:
    """A function's settings. Raises SettingsError, which names every variable that is wrong."""
    values: dict[str, Any] = {}
    faults = []
    for field in kind._fields:
        setting = SETTINGS[field]
        text = without_marks(environ.get(setting.variable, "")).strip() or setting.default
        if text is None:
            faults.append(f"{setting.variable} must be set")
            continue
        try:
            values[field] = setting.read(text)
        except ValueError as error:
            faults.append(f"{setting.variable} {error}")
    if faults:
        raise SettingsError("wrong settings: " + "; ".join(faults))
    return kind(**values)


def _queries(text: str) -> tuple[str, ...]:
    queries = tuple(dict.fromkeys(filter(None, map(_query, text.split(",")))))
    if not 1 <= len(queries) <= QUERIES_AT_MOST:
        raise ValueError(f"must list 1 to {QUERIES_AT_MOST} queries, separated by commas")
    return queries


def _query(text: str) -> str:
    try:
        query = normalized_query(text)
    except ValueError:
        raise ValueError(f"must hold queries without control characters and line breaks, not {text!r}") from None
    if query == EVERY_QUERY:
        raise ValueError(f"must not hold {query!r}, which stands for all queries")
    if len(query) > QUERY_LENGTH_AT_MOST:
        raise ValueError(f"must hold queries of at most {QUERY_LENGTH_AT_MOST} characters, not {query!r}")
    return query


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", text):
        raise ValueError(f"must hold http or https URLs without user, query or fragment, not {text!r}")
    return text.rstrip("/")


def _urls(text: str) -> tuple[str, ...]:
    # Lists are pasted from where each URL stands in quotes, too; no URL holds one.
    return tuple(dict.fromkeys(_url(part) for part in re.split(r"[\s,\"']+", text) if part))


def _contact(text: str) -> str:
    if not re.fullmatch(r"([^@:,\s]+@[^@:,\s]+\.[^@,\s]+|https://[^\s/?#@]+([/?#]\S*)?)?", text):
        raise ValueError(f"must be an e-mail address or an https URL, not {text!r}")
    return text


def _bus(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._/-]{0,256}", text):
        raise ValueError(f"must be the name of an event bus, not {text!r}")
    return text


def _origin(text: str) -> str:
    if not re.fullmatch(r"(https://[a-z0-9.-]+(:[0-9]{1,5})?)?", text):
        raise ValueError(f"must be one https origin in small letters, such as https://site.example, not {text!r}")
    return text


SETTINGS: Mapping[str, Setting] = {
    "videos_table": Setting("VIDEOS_TABLE"),
    "state_table": Setting("STATE_TABLE"),
    "words_table": Setting("WORDS_TABLE"),
    "keys_secret_id": Setting("KEYS_SECRET_ID"),
    "poll_queue_url": Setting("POLL_QUEUE_URL"),
    "news_queue_url": Setting("NEWS_QUEUE_URL"),
    "queries": Setting("QUERIES", _queries),
    "poll_interval": Setting("POLL_INTERVAL_SECONDS", Whole(10, 86_400, timedelta(seconds=1)), "10"),
    "pacing": Setting("PACING", OneOf(("budget", "fixed")), "budget"),
    "search_calls_per_day": Setting("SEARCH_CALLS_PER_DAY", Whole(1, 10_000_000), "100"),
    "units_per_day": Setting("UNITS_PER_DAY", Whole(1, 100_000_000), "10000"),
    "youtube_api_url": Setting("YOUTUBE_API_URL", _url, "https://youtube.googleapis.com/youtube/v3"),
    "invidious_urls": Setting("INVIDIOUS_URLS", _urls, ""),
    # What is older than 30 days was fetched again, or is deleted, whatever this says: see `library.item.expires_at`.
    "retention": Setting("RETENTION_DAYS", Whole(1, 3650, timedelta(days=1)), "28"),
    "log_retention": Setting("LOG_RETENTION_DAYS", Whole(1, 3653, timedelta(days=1)), "14"),
    "operator_contact": Setting("OPERATOR_CONTACT", _contact, ""),
    # No deployment is `local`: the template refuses it. Who runs the functions on one machine sets it there.
    "access": Setting("ACCESS", OneOf(("private", "public", "local")), "private"),
    "allowed_origin": Setting("ALLOWED_ORIGIN", _origin, ""),
    "passwords_secret_id": Setting("PASSWORDS_SECRET_ID"),
    "targets_secret_id": Setting("TARGETS_SECRET_ID"),
    # The template never says `any`, as nothing that a function could reach inside is meant to be reached.
    "target_addresses": Setting("TARGET_ADDRESSES", OneOf(("public", "any")), "public"),
    "tracking": Setting("TRACKING", OneOf(("on", "off")), "on"),
    "event_bus": Setting("EVENT_BUS", _bus, ""),
}
"""By the names of the fields above."""

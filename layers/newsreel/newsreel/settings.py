"""The settings of both functions, read from environment variables and checked before anything else is done."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Literal, NamedTuple

from newsreel.errors import SettingsError

type Pacing = Literal["budget", "fixed"]

PACINGS: tuple[Pacing, ...] = ("budget", "fixed")
QUERIES_AT_MOST = 200
QUERY_LENGTH_AT_MOST = 100
RETENTION_DAYS_AT_MOST = 30
"""Data of YouTube's API must be refreshed or deleted within 30 days: developers.google.com/youtube/terms,
Developer Policies III.E.4."""
YOUTUBE_API_URL = "https://youtube.googleapis.com/youtube/v3"


class Settings(NamedTuple):
    """What the functions need."""

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
    keys_secret_id: str = ""
    """This and the two below: only the fetcher's."""
    poll_queue_url: str = ""
    youtube_api_url: str = YOUTUBE_API_URL


def api_settings(environ: Mapping[str, str]) -> Settings:
    """The api's settings. Raises SettingsError, which names every variable that is wrong."""
    variables = _Variables(environ)
    settings = Settings(**_common(variables))
    variables.check()
    return settings


def fetcher_settings(environ: Mapping[str, str]) -> Settings:
    """The fetcher's settings. Raises SettingsError, which names every variable that is wrong."""
    variables = _Variables(environ)
    settings = Settings(
        **_common(variables),
        keys_secret_id=variables.text("KEYS_SECRET_ID"),
        poll_queue_url=variables.text("POLL_QUEUE_URL"),
        youtube_api_url=variables.read("YOUTUBE_API_URL", _url, YOUTUBE_API_URL),
    )
    variables.check()
    return settings


def _common(variables: "_Variables") -> dict[str, Any]:
    return {
        "videos_table": variables.text("VIDEOS_TABLE"),
        "state_table": variables.text("STATE_TABLE"),
        "words_table": variables.text("WORDS_TABLE"),
        "queries": variables.read("QUERIES", _queries),
        "poll_interval": timedelta(seconds=variables.number("POLL_INTERVAL_SECONDS", 10, 10, 86_400)),
        "pacing": variables.read("PACING", _pacing, "budget"),
        "search_calls_per_day": variables.number("SEARCH_CALLS_PER_DAY", 100, 1, 10_000_000),
        "units_per_day": variables.number("UNITS_PER_DAY", 10_000, 1, 100_000_000),
        "invidious_urls": variables.read("INVIDIOUS_URLS", _urls, ""),
        "retention": timedelta(days=variables.number("RETENTION_DAYS", 30, 1, RETENTION_DAYS_AT_MOST)),
    }


class _Variables:
    """Reads variables one by one and keeps what is wrong, so that one message can tell it all."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._faults: list[str] = []

    def read[T](self, name: str, parse: Callable[[str], T], default: str | None = None) -> T:
        text = self._environ.get(name, "").strip() or default
        if text is None:
            self._faults.append(f"{name} must be set")
        else:
            try:
                return parse(text)
            except ValueError as error:
                self._faults.append(f"{name} {error}")
        # Nobody sees this value: `check` raises before the settings are handed out.
        return None  # type: ignore[return-value]

    def text(self, name: str) -> str:
        return self.read(name, str)

    def number(self, name: str, default: int, least: int, most: int) -> int:
        def parse(text: str) -> int:
            if not re.fullmatch(r"\d{1,12}", text, re.ASCII) or not least <= int(text) <= most:
                raise ValueError(f"must be a whole number from {least} to {most}, not {text!r}")
            return int(text)

        # What failed counts as the default, so that the arithmetic on it can go on until `check`.
        return self.read(name, parse, str(default)) or default

    def check(self) -> None:
        if self._faults:
            raise SettingsError("wrong settings: " + "; ".join(self._faults))


def _queries(text: str) -> tuple[str, ...]:
    queries = tuple(dict.fromkeys(filter(None, map(str.strip, text.split(",")))))
    if not 1 <= len(queries) <= QUERIES_AT_MOST:
        raise ValueError(f"must list 1 to {QUERIES_AT_MOST} queries, separated by commas")
    for query in queries:
        if len(query) > QUERY_LENGTH_AT_MOST or not query.isprintable():
            raise ValueError(
                f"must hold queries of printable characters, {QUERY_LENGTH_AT_MOST} at most, not {query!r}"
            )
    return queries


def _pacing(text: str) -> Pacing:
    for pacing in PACINGS:
        if text == pacing:
            return pacing
    raise ValueError(f"must be one of {', '.join(PACINGS)}, not {text!r}")


def _url(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", text):
        raise ValueError(f"must hold http or https URLs without user, query or fragment, not {text!r}")
    return text.rstrip("/")


def _urls(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_url(part) for part in text.replace(",", " ").split()))

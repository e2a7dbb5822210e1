"""Settings: read strictly, and every wrong variable named in one message."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.errors import SettingsError
from newsreel.settings import YOUTUBE_API_URL, Settings, api_settings, fetcher_settings

REQUIRED = {
    "VIDEOS_TABLE": "videos",
    "STATE_TABLE": "state",
    "WORDS_TABLE": "words",
    "KEYS_SECRET_ID": "secret",
    "POLL_QUEUE_URL": "https://queue.test/1",
    "QUERIES": "cricket",
}
OF_THE_FETCHER = {"KEYS_SECRET_ID", "POLL_QUEUE_URL"}


def read(**variables: str) -> Settings:
    return fetcher_settings(REQUIRED | variables)


def test_what_holds_where_nothing_is_said() -> None:
    settings = read()
    assert settings.queries == ("cricket",)
    assert settings.poll_interval == timedelta(seconds=10)
    assert settings.pacing == "budget"
    assert (settings.search_calls_per_day, settings.units_per_day) == (100, 10_000)
    assert settings.invidious_urls == ()
    assert settings.youtube_api_url == YOUTUBE_API_URL
    assert settings.retention == timedelta(days=30)


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_what_is_missing_is_named(name: str, value: str | None) -> None:
    environ = {key: text for key, text in REQUIRED.items() if key != name} | ({} if value is None else {name: value})
    with pytest.raises(SettingsError, match=f"{name} must be set"):
        fetcher_settings(environ)
    if name in OF_THE_FETCHER:
        api_settings(environ)
    else:
        with pytest.raises(SettingsError, match=f"{name} must be set"):
            api_settings(environ)


BOUNDS = {
    "POLL_INTERVAL_SECONDS": (10, 86_400),
    "SEARCH_CALLS_PER_DAY": (1, 10_000_000),
    "UNITS_PER_DAY": (1, 100_000_000),
    "RETENTION_DAYS": (1, 30),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_numbers_keep_within_their_bounds(name: str) -> None:
    least, most = BOUNDS[name]
    for good in (least, most):
        read(**{name: f" {good} "})
    for bad in (str(least - 1), str(most + 1), "-1", "1.5", "ten", "1e3", "٣٠", "0x10", "9" * 5000, "1_0"):
        with pytest.raises(SettingsError, match=f"{name} must be a whole number from {least} to {most}"):
            read(**{name: bad})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PACING", "Budget"),
        ("PACING", "slow"),
        ("QUERIES", ","),
        ("QUERIES", ",".join(f"q{number}" for number in range(201))),
        ("QUERIES", "a" * 101),
        ("QUERIES", "tea\x00time"),
        ("QUERIES", "two\nlines"),
        ("INVIDIOUS_URLS", "instance.test"),
        ("INVIDIOUS_URLS", "https://good.test ftp://bad.test"),
        ("INVIDIOUS_URLS", "https://user:password@instance.test"),
        ("YOUTUBE_API_URL", "file:///etc/passwd"),
        ("YOUTUBE_API_URL", "https://api.test/v3?key=1"),
        ("YOUTUBE_API_URL", "https://api.test/v3#part"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} must"):
        read(**{name: value})


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = {"PACING": "slow", "RETENTION_DAYS": "31", "QUERIES": "", "INVIDIOUS_URLS": "x"}
    with pytest.raises(SettingsError) as raised:
        read(**wrong)
    assert all(name in str(raised.value) for name in wrong)


def test_queries_are_trimmed_and_told_once_in_order_with_their_case() -> None:
    assert read(QUERIES=" live cricket ,Cricket,, cricket,Cricket").queries == ("live cricket", "Cricket", "cricket")


def test_instances_come_with_commas_or_spaces_and_without_closing_slash() -> None:
    urls = read(INVIDIOUS_URLS="https://one.test/, https://two.test/path/ https://one.test").invidious_urls
    assert urls == ("https://one.test", "https://two.test/path")


@given(st.dictionaries(st.sampled_from([*REQUIRED, *BOUNDS, "PACING", "INVIDIOUS_URLS", "YOUTUBE_API_URL"]), st.text()))
def test_no_value_raises_anything_else(variables: dict[str, str]) -> None:
    try:
        settings = read(**variables)
    except SettingsError as error:
        assert any(name in str(error) for name in variables)  # noqa: PT017 - one of two good ends
    else:
        assert settings.queries

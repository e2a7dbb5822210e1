"""Settings: read strictly, and every wrong variable named in one message."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.template import Template
from newsreel.errors import SettingsError
from newsreel.settings import SETTINGS, ApiSettings, FetcherSettings, OneOf, Whole, read_settings
from tests.conftest import ROOT

REQUIRED = {
    "VIDEOS_TABLE": "videos",
    "STATE_TABLE": "state",
    "WORDS_TABLE": "words",
    "KEYS_SECRET_ID": "secret",
    "POLL_QUEUE_URL": "https://queue.test/1",
    "QUERIES": "cricket",
}
OF_THE_FETCHER = {"KEYS_SECRET_ID", "POLL_QUEUE_URL"}


def read(**variables: str) -> FetcherSettings:
    return read_settings(FetcherSettings, REQUIRED | variables)


def test_what_holds_where_nothing_is_said() -> None:
    found = read()
    assert found.queries == ("cricket",)
    assert found.poll_interval == timedelta(seconds=10)
    assert found.pacing == "budget"
    assert (found.search_calls_per_day, found.units_per_day) == (100, 10_000)
    assert found.invidious_urls == ()
    assert found.youtube_api_url == "https://youtube.googleapis.com/youtube/v3"
    assert found.retention == timedelta(days=30)


def test_each_function_has_settings_of_its_own() -> None:
    assert set(ApiSettings._fields) <= set(SETTINGS) == set(FetcherSettings._fields)
    only_fetcher = {SETTINGS[field].variable for field in set(FetcherSettings._fields) - set(ApiSettings._fields)}
    assert only_fetcher == {"KEYS_SECRET_ID", "POLL_QUEUE_URL", "YOUTUBE_API_URL"}


DECLARED = {setting.variable.title().replace("_", ""): setting for setting in SETTINGS.values()}


@pytest.mark.parametrize("name", Template(ROOT / "template.yaml", {}).declared.keys() & DECLARED.keys())
def test_the_template_has_the_same_default_and_bounds(name: str) -> None:
    declared, setting = Template(ROOT / "template.yaml", {}).declared[name], DECLARED[name]
    if setting.default is not None:
        assert str(declared["Default"]) == setting.default
    match setting.read:
        case Whole(least, most, _):
            assert (declared["MinValue"], declared["MaxValue"]) == (least, most)
        case OneOf(allowed):
            assert tuple(declared["AllowedValues"]) == allowed
        case _:
            assert declared["Type"] == "String"
    setting.read(str(declared["Default"]))


def test_the_template_has_a_parameter_for_each_setting_but_what_it_makes_itself() -> None:
    made = {"VideosTable", "StateTable", "WordsTable", "KeysSecretId", "PollQueueUrl"}
    assert set(DECLARED) - made <= set(Template(ROOT / "template.yaml", {}).declared)


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_what_is_missing_is_named(name: str, value: str | None) -> None:
    environ = {key: text for key, text in REQUIRED.items() if key != name} | ({} if value is None else {name: value})
    with pytest.raises(SettingsError, match=f"{name} must be set"):
        read_settings(FetcherSettings, environ)
    if name in OF_THE_FETCHER:
        read_settings(ApiSettings, environ)
    else:
        with pytest.raises(SettingsError, match=f"{name} must be set"):
            read_settings(ApiSettings, environ)


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
        found = read(**variables)
    except SettingsError as error:
        assert any(name in str(error) for name in variables)  # noqa: PT017 - one of two good ends
    else:
        assert found.queries

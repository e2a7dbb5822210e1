"""Settings: read strictly, and every wrong variable named in one message."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from local.machine import ROOT
from local.template import Template
from newsreel.errors import SettingsError
from newsreel.settings import (
    QUERY_LENGTH_AT_MOST,
    SETTINGS,
    ApiSettings,
    EditorSettings,
    FetcherSettings,
    NotifierSettings,
    OneOf,
    Whole,
    read_settings,
)

REQUIRED = {
    "VIDEOS_TABLE": "videos",
    "STATE_TABLE": "state",
    "WORDS_TABLE": "words",
    "KEYS_SECRET_ID": "secret",
    "PASSWORDS_SECRET_ID": "passwords",
    "POLL_QUEUE_URL": "https://queue.test/1",
    "NEWS_QUEUE_URL": "https://queue.test/2",
    "QUERIES": "cricket",
}
OF_THE_FETCHER = {"KEYS_SECRET_ID", "NEWS_QUEUE_URL", "POLL_QUEUE_URL"}
OF_THE_API = {"PASSWORDS_SECRET_ID"}


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
    assert found.retention == timedelta(days=28)


def test_each_function_has_settings_of_its_own() -> None:
    api, fetcher = set(ApiSettings._fields), set(FetcherSettings._fields)
    editor, notifier = set(EditorSettings._fields), set(NotifierSettings._fields)
    assert set(SETTINGS) == api | fetcher | editor | notifier
    assert variables(fetcher - api) == {
        "EVENT_BUS",
        "KEYS_SECRET_ID",
        "NEWS_QUEUE_URL",
        "POLL_QUEUE_URL",
        "YOUTUBE_API_URL",
    }
    # The address of a target is for the two alone that write and read it.
    assert variables(editor & notifier - api - fetcher) == {"TARGETS_SECRET_ID", "TARGET_ADDRESSES"}
    assert variables(api - fetcher) == {
        "ACCESS",
        "ALLOWED_ORIGIN",
        "LOG_RETENTION_DAYS",
        "OPERATOR_CONTACT",
        "PASSWORDS_SECRET_ID",
    }


def variables(fields: set[str]) -> set[str]:
    return {SETTINGS[field].variable for field in fields}


DECLARED = {setting.variable.title().replace("_", ""): setting for setting in SETTINGS.values()}


@pytest.mark.parametrize("name", sorted(Template(ROOT / "template.yaml", {}).declared.keys() & DECLARED.keys()))
def test_the_template_has_the_same_default_and_bounds(name: str) -> None:
    declared, setting = Template(ROOT / "template.yaml", {}).declared[name], DECLARED[name]
    if setting.default is not None:
        assert str(declared["Default"]) == setting.default
    match setting.read:
        case Whole(least, most, _) if "AllowedValues" in declared:
            assert (min(declared["AllowedValues"]), max(declared["AllowedValues"])) == (least, most)
        case Whole(least, most, _):
            assert (declared["MinValue"], declared["MaxValue"]) == (least, most)
        case OneOf(allowed):
            # What is for one machine alone, no deployment may be.
            assert tuple(declared["AllowedValues"]) == tuple(each for each in allowed if each != "local")
        case _:
            assert declared["Type"] == "String"
    setting.read(str(declared["Default"]))


def test_the_template_has_a_parameter_for_each_setting_but_what_it_makes_itself() -> None:
    made = {"VideosTable", "StateTable", "WordsTable", "KeysSecretId", "PasswordsSecretId", "TargetsSecretId"}
    made |= {"PollQueueUrl", "NewsQueueUrl"}
    # Only one machine lets targets be anywhere.
    assert set(DECLARED) - made - {"TargetAddresses"} <= set(Template(ROOT / "template.yaml", {}).declared)


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_what_is_missing_is_named(name: str, value: str | None) -> None:
    environ = {key: text for key, text in REQUIRED.items() if key != name} | ({} if value is None else {name: value})
    reads: list[tuple[Callable[[], object], set[str]]] = [
        (lambda: read_settings(FetcherSettings, environ), OF_THE_API),
        (lambda: read_settings(ApiSettings, environ), OF_THE_FETCHER),
    ]
    for read_all, not_its_own in reads:
        if name in not_its_own:
            read_all()
        else:
            with pytest.raises(SettingsError, match=f"{name} must be set"):
                read_all()


BOUNDS = {
    "POLL_INTERVAL_SECONDS": (10, 86_400),
    "SEARCH_CALLS_PER_DAY": (1, 10_000_000),
    "UNITS_PER_DAY": (1, 100_000_000),
    "RETENTION_DAYS": (1, 3650),
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
    wrong = {"PACING": "slow", "RETENTION_DAYS": "3651", "QUERIES": "", "INVIDIOUS_URLS": "x"}
    with pytest.raises(SettingsError) as raised:
        read(**wrong)
    assert all(name in str(raised.value) for name in wrong)


def test_queries_are_trimmed_and_told_once_in_order_with_their_case() -> None:
    assert read(QUERIES=" live cricket ,Cricket,, cricket,Cricket").queries == ("live cricket", "Cricket", "cricket")


def test_instances_come_with_commas_or_spaces_and_without_closing_slash() -> None:
    urls = read(INVIDIOUS_URLS="https://one.test/, https://two.test/path/ https://one.test").invidious_urls
    assert urls == ("https://one.test", "https://two.test/path")


@pytest.mark.parametrize(
    ("typed", "queries"),
    [
        ("برنامه\u200cنویسی", ("برنامه\u200cنویسی",)),
        ("ゲーム\u3000実況,ゲーム 実況", ("ゲーム 実況",)),
        ("👨\u200d👩\u200d👧\u200d👦", ("👨\u200d👩\u200d👧\u200d👦",)),
        ("\ufefflive\u00a0cricket, cric\u00adket", ("live cricket", "cricket")),
        ("chess,\u200c,\u3000, \u00ad ,", ("chess",)),
    ],
    ids=ascii,
)
def test_queries_are_read_as_people_type_and_paste_them(typed: str, queries: tuple[str, ...]) -> None:
    assert read(QUERIES=typed).queries == queries


def test_a_query_of_a_hundred_characters_may_be_padded() -> None:
    assert read(QUERIES="\u3000" + "a" * 100 + "\u200b ").queries == ("a" * 100,)


PATTERNS = {
    name: re.compile(declared["AllowedPattern"])
    for name, declared in Template(ROOT / "template.yaml", {}).declared.items()
    if "AllowedPattern" in declared
}


def passes(name: str, text: str) -> bool:
    """Whether the template takes this text as a parameter."""
    return PATTERNS[name].fullmatch(text) is not None


def accepted(variable: str, text: str) -> bool:
    try:
        read(**{variable: text})
    except SettingsError:
        return False
    return True


LINE_ENDS = "\t\n\r\x1c\x85\u2028\u2029"
"""Around a phrase the code leaves out all of these, the template only the usual ones."""
ODD = (
    "\t\n\r\x00\x1c\x7f\x85 \u00a0\u1680\u2003\u202f\u205f\u3000"
    "\u00ad\u061c\u180e\u200b\u200e\u2029\u2028\u202a\u202e\u2060\u2064\u2065\u2066\u2069\u206a\ufeff"
    "\u200c\u200d\ufe00\ufe0f\ufe10\U000e0067\ud800\udbff\udc00\udfff\ue000\ufffd\ufffe\uffff\U0001f468\U0010ffff"
)
phrases = st.text(st.sampled_from(ODD) | st.sampled_from("aé世,,"), max_size=20) | st.text(max_size=20)


@given(st.lists(phrases, max_size=5).map(",".join))
@example("برنامه\u200cنویسی")
@example("ゲーム\u3000実況")
@example("👨\u200d👩\u200d👧\u200d👦")
@example("live\u00a0cricket")
@example("cric\u00adket")
@example("\ufeffcricket")
@example("two\nlines")
@example("tea\x00time")
@example("half \ud83d")
@example("\udc68 half")
@example("\u200c\n")
@settings(max_examples=2000)
def test_the_template_never_passes_queries_that_the_code_refuses(text: str) -> None:
    assert accepted("QUERIES", text) or not passes("Queries", text)


inside = st.text(st.sampled_from(ODD) | st.sampled_from("aé世"), max_size=20).map("a{}b".format)
seen_or_not = st.text(st.sampled_from(ODD.translate(dict.fromkeys(map(ord, LINE_ENDS)))), min_size=1, max_size=20)


@given(inside | seen_or_not)
@settings(max_examples=2000)
def test_the_template_refuses_only_phrases_that_the_code_refuses(text: str) -> None:
    assert accepted("QUERIES", text) is passes("Queries", text)


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("cricket, live chess,\n  Go", True),
        ("a" * QUERY_LENGTH_AT_MOST, True),
        ("a" * (QUERY_LENGTH_AT_MOST + 1), False),
        (",".join(f"q{number}" for number in range(200)), True),
        (",".join(f"q{number}" for number in range(201)), False),
        ("cricket,", False),
        (",cricket", False),
        ("cricket,\u3000,chess", False),
        ("", False),
    ],
)
def test_the_template_takes_phrases_up_to_their_bounds(text: str, *, good: bool) -> None:
    assert passes("Queries", text) is good
    assert accepted("QUERIES", text) or not good


PARTS = [
    "https://",
    "http://",
    "a.test",
    "localhost",
    "[::1]",
    ":80",
    "/p",
    "%20",
    "x@",
    "?q",
    "#f",
    "\\",
    "é",
    "\u00a0",
    "\ufeff",
]
urls = st.lists(st.sampled_from([*PARTS, ",", " ", '"', "'", "\n"]), max_size=8).map("".join)


@given(urls)
@example("https://user:password@instance.test")
@example("https://instance.test?key=1")
@example("https://instance.test/#part")
@settings(max_examples=2000)
def test_the_template_never_passes_urls_that_the_code_refuses(text: str) -> None:
    assert accepted("INVIDIOUS_URLS", text) or not passes("InvidiousUrls", text)
    assert accepted("YOUTUBE_API_URL", text) or not passes("YoutubeApiUrl", text)


@pytest.mark.parametrize(
    "text",
    [
        "https://one.test,https://two.test/path",
        "https://one.test, https://two.test/path,",
        '"https://one.test", "https://two.test/path"',
        "'https://one.test/'\n'https://two.test/path'",
        "\ufeffhttps://one.test \u200bhttps://two.test/path",
    ],
    ids=ascii,
)
def test_instances_are_read_as_people_paste_them(text: str) -> None:
    assert read(INVIDIOUS_URLS=text).invidious_urls == ("https://one.test", "https://two.test/path")


def test_the_template_takes_instances_in_quotes_and_with_a_comma_too_many() -> None:
    assert passes("InvidiousUrls", '"https://one.test", "http://[::1]:3000/path",')
    assert passes("InvidiousUrls", "")


def contact(text: str) -> str:
    return read_settings(ApiSettings, REQUIRED | {"OPERATOR_CONTACT": text}).operator_contact


@pytest.mark.parametrize(
    "text",
    ["", "operator@example.org", "o'neill+news@mail.example.co.uk", "https://example.org/ask?about=news&more#here"],
)
def test_whom_to_ask_is_an_address_or_a_page(text: str) -> None:
    assert contact(f" {text}\n") == text
    assert passes("OperatorContact", text)


@pytest.mark.parametrize(
    "text",
    [
        "nobody",
        "@example.org",
        "one@example.org, two@example.org",
        "two words@example.org",
        "http://example.org",
        "https://",
        "https://user:password@example.org",
        "javascript:alert(1)//@example.org",
        "mailto:",
    ],
)
def test_whom_to_ask_is_nothing_else(text: str) -> None:
    with pytest.raises(SettingsError, match="OPERATOR_CONTACT must be an e-mail address or an https URL"):
        contact(text)
    assert not passes("OperatorContact", text)


@given(st.lists(st.sampled_from([*PARTS, "@", "a", ".", "<", '"', "&", " ", "\n"]), max_size=8).map("".join))
@settings(max_examples=2000)
def test_the_template_never_passes_a_contact_that_the_code_refuses(text: str) -> None:
    if passes("OperatorContact", text):
        contact(text)


def of_the_api(**variables: str) -> ApiSettings:
    return read_settings(ApiSettings, REQUIRED | variables)


def test_a_deployment_is_private_and_no_other_sites_pages_may_read_it() -> None:
    assert (of_the_api().access, of_the_api().allowed_origin) == ("private", "")


@pytest.mark.parametrize("text", ["open", "Public", "public,private"])
def test_access_is_one_of_three(text: str) -> None:
    with pytest.raises(SettingsError, match=f"ACCESS must be one of private, public, local, not {text!r}"):
        of_the_api(ACCESS=text)


@pytest.mark.parametrize("text", ["", "https://site.example", "https://a.b-c.example:8443", "https://127.0.0.1"])
def test_an_allowed_origin_is_taken(text: str) -> None:
    assert of_the_api(ALLOWED_ORIGIN=f" {text}").allowed_origin == text
    assert passes("AllowedOrigin", text)


@pytest.mark.parametrize(
    "text",
    [
        "*",
        "null",
        "site.example",
        "http://site.example",
        "https://Site.example",
        "https://site.example/",
        "https://site.example/path",
        "https://user@site.example",
        "https://one.example,https://two.example",
        "https://one.example https://two.example",
        "https://*.example",
        "https://site.example:port",
        "https://",
    ],
)
def test_no_other_origin_is(text: str) -> None:
    with pytest.raises(SettingsError, match="ALLOWED_ORIGIN must be one https origin"):
        of_the_api(ALLOWED_ORIGIN=text)
    assert not passes("AllowedOrigin", text)


@given(urls)
def test_the_template_never_passes_an_origin_that_the_code_refuses(text: str) -> None:
    if passes("AllowedOrigin", text):
        assert of_the_api(ALLOWED_ORIGIN=text).allowed_origin == text


@pytest.mark.parametrize("name", BOUNDS)
def test_a_byte_order_mark_does_not_make_a_number_wrong(name: str) -> None:
    read(**{name: f"\ufeff{BOUNDS[name][0]}\u200b "})


@given(st.dictionaries(st.sampled_from([*REQUIRED, *BOUNDS, "PACING", "INVIDIOUS_URLS", "YOUTUBE_API_URL"]), st.text()))
def test_no_value_raises_anything_else(variables: dict[str, str]) -> None:
    try:
        found = read(**variables)
    except SettingsError as error:
        assert any(name in str(error) for name in variables)  # noqa: PT017 - one of two good ends
    else:
        assert found.queries

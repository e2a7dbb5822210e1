"""Who may read: every route, with and without the right password, in a private deployment and in a public one."""

import base64
import json
import logging
import re
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import feedparser  # type: ignore[import-untyped]
import pytest
import requests
from botocore.exceptions import EndpointConnectionError
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

import functions.api.app as api
from local.engine import Engine
from local.invocation import Context
from local.machine import ROOT
from local.template import SECRET, Template
from newsreel.web.access import ROLES, read_passwords
from newsreel.web.guard import Guard
from newsreel.web.passwords import AGE, BETWEEN_FAILURES, BETWEEN_GUESSES
from newsreel.web.request import Request
from tests.filled import filled_world, served
from tests.world import MINUTE, START, World, clip

READER, EDITOR = "TheReadersVerySecretPassword", "TheEditorsVerySecretPassword"
PROBLEM = "application/problem+json"
CHALLENGE = 'Basic realm="newsreel", charset="UTF-8"'
SITE = "https://site.example"
SECOND = timedelta(seconds=1)


def basic(name: str, password: str) -> dict[str, str]:
    """The headers of HTTP Basic."""
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}


def bearer(password: str) -> dict[str, str]:
    """The headers of a bearer token."""
    return {"Authorization": f"Bearer {password}"}


READERS = (basic("reader", READER), basic("editor", EDITOR), bearer(READER), bearer(EDITOR))
STRANGERS: tuple[dict[str, str], ...] = (
    {},
    {"Authorization": ""},
    {"Authorization": "Basic"},
    {"Authorization": "Digest username=reader"},
    basic("reader", "wrong"),
    basic("reader", EDITOR),
    basic("editor", READER),
    basic("somebody", READER),
    bearer("wrong"),
    {"Authorization": READER},
)

KEPT_BY_NOBODY = ("/ping", "/queries/cricket", "/targets/chat")
"""What is answered as it is now, or not at all."""


@pytest.fixture(scope="module")
def filled(services: Engine, template: Template) -> Iterator[World]:
    with filled_world(services, template) as world:
        yield world


@pytest.fixture
def private(filled: World) -> World:
    """A private deployment with polled videos."""
    filled.now = START
    filled.set_passwords(reader=READER, editor=EDITOR)
    filled.configure(ACCESS="private", ALLOWED_ORIGIN="")
    return filled


@pytest.fixture
def public(filled: World) -> World:
    filled.configure(ACCESS="public", ALLOWED_ORIGIN="")
    return filled


@pytest.fixture
def empty(world: World) -> World:
    """A private deployment of its own, whose secret tests may replace."""
    world.set_passwords(reader=READER, editor=EDITOR)
    world.configure(ACCESS="private")
    return world


def paths(world: World) -> list[str]:
    """A path for each route, with what it leads to there."""
    script = world.get("/docs", **READERS[0]).text.partition('src="docs/')[2].partition('"')[0]
    inside = {"/videos/*": "/videos/video000001", "/queries/*": "/queries/cricket", "/targets/*": "/targets/chat"}
    inside["/docs/*"] = f"/docs/{script}"
    return [inside.get(path, path) for path in api.routes]


def cors(response: TestResponse) -> set[str]:
    """The headers that let pages of other sites read."""
    return {name for name, _ in response.headers if name.startswith("Access-Control")}


def refused(response: TestResponse) -> None:
    """An answer that tells nothing but that a password is wanted."""
    assert (response.status_code, response.content_type) == (401, PROBLEM)
    assert response.headers["WWW-Authenticate"] == CHALLENGE
    assert response.headers["Cache-Control"] == "no-store"
    assert cors(response) == set()
    assert "ETag" not in response.headers
    body = response.get_json()
    assert (body["title"], body["status"]) == ("Unauthorized", 401)
    assert "cricket" not in response.text


def test_a_private_deployment_lets_readers_and_editors_in(private: World) -> None:
    for path in paths(private):
        for headers in READERS:
            response = private.get(path, **headers)
            assert response.status_code == 200, path
            assert cors(response) == set()
            directives = response.headers["Cache-Control"].split(", ")
            assert ("no-store" if path in KEPT_BY_NOBODY else "private") in directives
            assert not {each for each in directives if each.startswith(("public", "s-maxage"))}


def test_a_private_deployment_keeps_strangers_out(private: World) -> None:
    for path in [*paths(private), "/nowhere", "/videos?page_size=0", "/videos/a/b", "/.env", "//", "/videos?cursor=x"]:
        for headers in STRANGERS:
            if path == "/ping":
                assert private.get(path, **headers).get_json() == {"message": "Pong!"}
            else:
                refused(private.get(path, **headers))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/videos", "/nowhere"])
def test_no_method_leads_around_the_password(private: World, method: str, path: str) -> None:
    refused(private.client().open(path, method=method))
    response = private.client().open(path, method=method, headers=READERS[0])
    known = method != "PROPFIND"
    assert response.status_code == (404 if path == "/nowhere" and known else 204 if method == "OPTIONS" else 405)


def test_head_is_refused_as_get_is(private: World) -> None:
    response = private.client().head("/videos")
    assert (response.status_code, response.data) == (401, b"")
    assert response.headers["WWW-Authenticate"] == CHALLENGE


def test_a_public_deployment_asks_nobody_and_looks_at_no_password(public: World) -> None:
    for path in paths(public):
        for headers in ({}, *STRANGERS, *READERS):
            response = public.get(path, **headers)
            assert response.status_code == 200, path
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert ("no-store" if path in KEPT_BY_NOBODY else "public") in response.headers["Cache-Control"]
    assert public.get("/nowhere").status_code == 404


def test_ready_answers_and_validators_are_for_those_who_are_let_in(private: World) -> None:
    first = private.get("/videos", **READERS[0])
    private.restart()
    api.ready.seconds = api.pages.seconds = 60
    try:
        assert private.get("/videos", **READERS[0]).data == first.data
        tag = first.headers["ETag"]
        for match in (tag, "*"):
            refused(private.get("/videos", **{"If-None-Match": match}))
            refused(private.get("/videos", **{"If-None-Match": match}, **basic("reader", "wrong")))
            again = private.get("/videos", **{"If-None-Match": match}, **READERS[0])
            assert again.status_code == 304
            assert again.headers["Cache-Control"] == "private, max-age=2, must-revalidate"
    finally:
        api.ready.seconds = api.pages.seconds = 0


@pytest.mark.parametrize("path", ["/videos", "/nowhere"])
def test_pages_of_one_site_may_read_with_a_password(private: World, path: str) -> None:
    private.configure(ALLOWED_ORIGIN=SITE)
    wanted = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization"}
    preflight = private.client().options(path, headers={"Origin": SITE} | wanted)
    assert (preflight.status_code, preflight.data) == (204, b"")
    assert preflight.headers["Access-Control-Allow-Origin"] == SITE
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    assert "GET" in preflight.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in preflight.headers
    for headers in ({"Origin": "https://other.example"} | wanted, {"Origin": SITE}, wanted):
        assert private.client().options(path, headers=headers).status_code == 401
    refusal = private.get(path, Origin=SITE)
    assert refusal.status_code == 401
    assert refusal.headers["Access-Control-Allow-Origin"] == SITE
    assert private.get(path, Origin="https://other.example").headers["Access-Control-Allow-Origin"] == SITE
    answer = private.get(path, Origin=SITE, **READERS[0])
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    assert "Access-Control-Allow-Credentials" not in answer.headers


def test_without_a_site_a_preflight_is_refused(private: World) -> None:
    wanted = {"Origin": SITE, "Access-Control-Request-Method": "GET"}
    refused(private.client().options("/videos", headers=wanted))
    refused(private.client().options("/videos", headers=wanted | {"Origin": ""}))


@settings(max_examples=300)
@given(st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=40))
def test_no_header_is_an_error_or_gets_in(private: World, header: str) -> None:
    for sent in (header, f"Basic {header}", f"Bearer {header}"):
        assert private.get("/videos", Authorization=sent).status_code == 401


@pytest.mark.parametrize(
    "password", ["pässwörd", "пароль", "密码", "🏏 and spaces", "with:colon", '"quotes"', "a" * 500]
)
def test_any_password_can_be_used(empty: World, password: str) -> None:
    empty.set_passwords(reader=password, editor=EDITOR)
    assert empty.get("/videos", **basic("reader", password)).status_code == 200
    refused(empty.get("/videos", **basic("reader", password + "x")))


def test_a_replaced_password_is_good_at_once_and_the_old_one_five_minutes_later_at_the_latest(empty: World) -> None:
    old, new = READERS[0], basic("reader", "a new one")
    assert empty.get("/videos", **old).status_code == 200
    empty.set_passwords(reader="a new one", editor=EDITOR)
    empty.now += AGE - SECOND
    assert empty.get("/videos", **old).status_code == 200
    empty.now += SECOND
    refused(empty.get("/videos", **old))
    assert empty.get("/videos", **new).status_code == 200
    empty.set_passwords(reader="the newest", editor=EDITOR)
    empty.now += SECOND
    assert empty.get("/videos", **basic("reader", "the newest")).status_code == 200
    refused(empty.get("/videos", **new))


@contextmanager
def at_each_read(world: World, then: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In the block, every call to Secrets Manager does something first."""
    # What the world remembers of what it has read would hide some.
    monkeypatch.setattr("newsreel.aws.clients.client", lambda *_: world._secrets._client)  # type: ignore[attr-defined]  # noqa: SLF001
    events = world._secrets.meta.events  # noqa: SLF001
    events.register("before-call.secrets-manager", then)
    try:
        yield
    finally:
        events.unregister("before-call.secrets-manager", then)


@pytest.fixture
def made(empty: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The calls to Secrets Manager."""
    made: list[str] = []

    def record(model: Any, params: Any, **_: Any) -> None:
        made.append(f"{model.name} {json.loads(params['body'])['SecretId']}")

    with at_each_read(empty, record, monkeypatch):
        yield made


def test_guesses_do_not_reach_secrets_manager(empty: World, made: list[str]) -> None:
    assert empty.get("/videos", **READERS[0]).status_code == 200
    assert len(made) == 1
    for _ in range(100):
        refused(empty.get("/videos", **basic("reader", "wrong")))
        refused(empty.get("/videos"))
        empty.now += timedelta(seconds=0.2)
    assert len(made) == 2
    empty.now += BETWEEN_GUESSES
    refused(empty.get("/videos", **bearer("wrong")))
    refused(empty.get("/videos", **bearer("wrong")))
    assert len(made) == 3
    empty.now += MINUTE
    for _ in range(100):
        assert empty.get("/videos", **READERS[0]).status_code == 200
    assert len(made) == 3
    assert set(made) == {f"GetSecretValue {empty.environ['PASSWORDS_SECRET_ID']}"}


def unavailable(response: TestResponse) -> None:
    assert (response.status_code, response.content_type) == (503, PROBLEM)
    assert int(response.headers["Retry-After"]) > 0
    assert response.headers["Cache-Control"] == "no-store"


def test_a_secret_that_cannot_be_read_opens_nothing(world: World) -> None:
    world.configure(ACCESS="private")
    refused(world.get("/videos"))
    unavailable(world.get("/videos", **READERS[0]))
    world.set_passwords(reader=READER, editor=EDITOR)
    unavailable(world.get("/videos", **READERS[0]))
    world.now += BETWEEN_FAILURES
    assert world.get("/videos", **READERS[0]).status_code == 200
    assert world.get("/ping").status_code == 200


def test_an_outage_is_bridged_for_as_long_as_passwords_are_believed(
    empty: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://secrets.internal")

    with at_each_read(empty, lambda **_: None, monkeypatch):
        assert empty.get("/videos", **READERS[0]).status_code == 200
    with at_each_read(empty, fail, monkeypatch):
        empty.now += AGE - SECOND
        assert empty.get("/videos", **READERS[0]).status_code == 200
        empty.now += SECOND
        for _ in range(3):
            response = empty.get("/videos", **READERS[0])
            unavailable(response)
            assert "internal" not in response.text
    empty.now += BETWEEN_FAILURES
    assert empty.get("/videos", **READERS[0]).status_code == 200


@pytest.mark.parametrize(
    ("text", "nobody"),
    [
        ("", "reader or editor"),
        ("{}", "reader or editor"),
        ("no JSON", "reader or editor"),
        ('["a", "b"]', "reader or editor"),
        ('{"reader": "", "editor": null}', "reader or editor"),
        ('{"reader": "", "editor": "TheEditorsVerySecretPassword"}', "reader"),
    ],
)
def test_a_secret_without_passwords_lets_nobody_in_and_says_so(
    world: World, text: str, nobody: str, caplog: pytest.LogCaptureFixture
) -> None:
    world.set_passwords(text=text or " ")
    world.configure(ACCESS="private")
    with caplog.at_level(logging.WARNING, "newsreel"):
        for headers in (basic("reader", ""), bearer("null"), basic("reader", "None"), bearer("{}")):
            refused(world.get("/videos", **headers))
    right_form = '{"reader": "…", "editor": "…"}'
    assert f"the passwords' secret lets nobody in as {nobody}; its right form is {right_form}" in caplog.messages
    assert "Secret" not in caplog.text
    assert world.get("/videos", **bearer(EDITOR)).status_code == (200 if nobody == "reader" else 401)


def test_wrong_passwords_are_counted_in_the_log_once_a_minute(empty: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "newsreel"):
        for _ in range(130):
            empty.get("/videos", **basic("reader", "GuessedPassword"))
            empty.get("/videos", **bearer("GuessedPassword"))
            empty.get("/videos", Authorization="Basic GuessedPassword")
            empty.get("/videos")
            empty.get("/videos", **READERS[0])
            empty.now += SECOND
    told = [record.message for record in caplog.records if record.name == "newsreel"]
    assert told == [f"requests with a wrong password: {count}" for count in (1, 180, 180)]
    seen = "\n".join(f"{record.__dict__}" for record in caplog.records)
    for secret in ("GuessedPassword", READER, EDITOR, "Authorization", basic("reader", READER)["Authorization"][6:]):
        assert secret not in seen


def test_nothing_that_is_logged_or_answered_shows_a_password(
    empty: World, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    guess = "AnotherPasswordThatSomebodyTyped"

    def fail(**_: Any) -> None:
        raise RuntimeError("a fault")

    seen = []
    empty.dynamodb.meta.events.register("before-parameter-build.dynamodb", fail)
    try:
        with caplog.at_level(logging.DEBUG):
            for headers in (*READERS, basic("reader", guess), bearer(guess), {"Authorization": f"Basic {guess}"}):
                for path in ("/videos", f"/nowhere?{guess}", "/ping"):
                    response = empty.get(path, **headers)
                    seen.append(f"{response.status_code} {response.headers}")
                    seen.append(response.text if "?" not in path else "")
            empty.set_passwords(text=f"{guess} {READER}")
            empty.now += AGE
            empty.get("/videos", **READERS[0])
    finally:
        empty.dynamodb.meta.events.unregister("before-parameter-build.dynamodb", fail)
    assert "unexpected error" in caplog.text
    # botocore logs answers where debugging is on; a function's own log level never switches that on.
    seen += [f"{record.__dict__}" for record in caplog.records if record.name.startswith("newsreel")]
    seen += [str(api.settings()), repr(vars(api.guard())), *capsys.readouterr()]
    secrets = [guess, READER, EDITOR]
    secrets += [
        base64.b64encode(f"{name}:{each}".encode()).decode() for name in ("reader", "editor") for each in secrets
    ]
    assert not [secret for secret in secrets if secret in "\n".join(seen)]


def test_editing_wants_the_editors_password_whoever_may_read(empty: World) -> None:
    guard: Guard = api.guard()

    def status(headers: dict[str, str]) -> int | None:
        lowered = {name.lower(): value for name, value in headers.items()}
        refusal = guard.refusal(Request("PUT", "/queries/x", "", lowered, "https://a", "1"), "editor", empty.now)
        if refusal:
            assert "editor" in refusal.body
            assert "`reader`" not in refusal.body
            assert refusal.headers["WWW-Authenticate"] == CHALLENGE
        return refusal.status.value if refusal else None

    assert [status(headers) for headers in READERS] == [401, None, 401, None]
    assert {status(headers) for headers in STRANGERS} == {401}


def test_a_feed_is_read_by_its_url_alone(private: World) -> None:
    assert private.environ["ACCESS"] == "private"
    with served() as base:
        inside = base.replace("//", f"//reader:{READER}@")
        feed = feedparser.parse(f"{inside}/videos.atom")
        assert (feed.status, len(feed.entries)) == (200, 50)
        assert feedparser.parse(f"{base}/videos.atom").status == 401
        answer = requests.get(f"{inside}/videos.atom?page_size=1", timeout=10)
        assert answer.status_code == 200
        assert READER not in answer.text
        # Where a link leads is on the same host, so a client sends the password along.
        page = requests.get(f"{base}/videos", auth=("reader", READER), timeout=10)
        following = requests.get(page.links["next"]["url"], auth=("reader", READER), timeout=10)
        assert following.json()["videos"]
        assert requests.get(f"{base}/videos", headers=bearer(EDITOR), timeout=10).status_code == 200
        assert requests.get(f"{base}/videos", auth=("reader", "wrong"), timeout=10).status_code == 401


def test_requests_sends_letters_outside_of_ascii_in_its_own_way(empty: World) -> None:
    empty.set_passwords(reader="pässwörd", editor=EDITOR)
    with served() as base:
        assert requests.get(f"{base}/videos", auth=("reader", "pässwörd"), timeout=10).status_code == 200
        assert requests.get(f"{base}/videos", headers=basic("reader", "pässwörd"), timeout=10).status_code == 200


@pytest.mark.parametrize("access", ["private", "public", "local"])
def test_the_page_says_who_may_read(world: World, access: str) -> None:
    world.set_passwords(reader=READER, editor=EDITOR)
    world.configure(ACCESS=access)
    page = world.get("/", **READERS[0]).text
    assert page.count(f'<meta name="newsreel-access" content="{access}">') == 1
    assert ("III.I.15" in page) is (access == "public")
    assert ("open to everybody" in page) is (access == "public")


SAMCONFIG = tomllib.loads((ROOT / "samconfig.toml").read_text("utf-8"))["default"]
EVENTS = sorted((ROOT / "events").glob("api_*.json"))


@pytest.mark.parametrize("command", ["local_invoke", "local_start_api"])
@pytest.mark.parametrize("event", EVENTS, ids=lambda path: path.stem)
def test_sam_local_answers_the_projects_events_without_a_password(private: World, event: Path, command: str) -> None:
    name, value = SAMCONFIG[command]["parameters"]["parameter_overrides"].split("=")
    private.configure(**{name.upper(): value})
    context = cast("Any", Context("api", 128, 10))
    answer = api.handler(json.loads(event.read_text("utf-8")), context)
    assert answer["statusCode"] in {200, 204, 400, 404, 405}
    private.configure(ACCESS="private")
    refusal = api.handler(json.loads(event.read_text("utf-8")), context)
    assert refusal["statusCode"] == (200 if event.stem == "api_ping" else 401)


def test_cloudformation_makes_both_passwords_up(template: Template) -> None:
    secrets = template.of_type(SECRET)
    copied, made = (secrets[name]["GenerateSecretString"] for name in ("ReaderPassword", "PasswordsSecret"))
    for each in (copied, made):
        # Punctuation would have to be escaped in the JSON that the one is copied into.
        assert (each["PasswordLength"], each["ExcludePunctuation"]) == (32, True)
    reference = "{{resolve:secretsmanager:${ReaderPassword}:SecretString}}"
    start = json.loads(made["SecretStringTemplate"].argument.replace(reference, READER))
    assert read_passwords(json.dumps(start | {made["GenerateStringKey"]: EDITOR})).keys() == set(ROLES)
    assert start == {"reader": READER}


def test_the_outputs_name_the_address_and_the_commands() -> None:
    text = (ROOT / "template.yaml").read_text("utf-8").partition("\nOutputs:")[2]
    values = dict(re.findall(r"^  (\w+):\n    Description: [^\n]+\n    Value: !Sub (.+)$", text, re.MULTILINE))
    assert values["DashboardUrl"] == "${HttpApi.ApiEndpoint}/"
    at = "--region ${AWS::Region} --secret-id ${PasswordsSecret}"
    shown = "--query SecretString --output text"
    assert values["ShowPasswordsCommand"] == f"aws secretsmanager get-secret-value {at} {shown}"
    put = "--secret-string file://passwords.json"
    assert values["SetPasswordsCommand"] == f"aws secretsmanager put-secret-value {at} {put}"


def test_a_deployment_cannot_be_what_sam_local_is(template: Template) -> None:
    assert template.declared["Access"]["AllowedValues"] == ["private", "public"]
    for command, each in SAMCONFIG.items():
        assert ("Access" in str(each)) is command.startswith("local_"), command


def test_wrong_settings_open_nothing(world: World) -> None:
    world.add(clip(1, START - MINUTE))
    world.schedule()
    world.configure(ACCESS="open")
    for path in ("/videos", "/", "/docs", "/nowhere"):
        response = world.get(path)
        assert (response.status_code, response.content_type) == (500, PROBLEM)
        assert "Access-Control-Allow-Origin" not in response.headers
    assert world.get("/ping").status_code == 200

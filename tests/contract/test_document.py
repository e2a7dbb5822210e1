"""The OpenAPI document: valid, up to date, and true of what the API answers."""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

import functions.api.app as api
from local.machine import ROOT
from newsreel.web import openapi
from newsreel.web.parameters import FEED, PAGE
from tests.integration.test_api import failing_table
from tests.world import World

DOCUMENT = ROOT / "functions" / "api" / "openapi.json"


@cache
def document() -> dict[str, Any]:
    """The document as it is served."""
    read: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return read


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """What a reference stands for."""
    while "$ref" in part:
        target: Any = document()
        for name in part["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        part = target
    return part


def validate(value: Any, schema: dict[str, Any], *, strict: bool = True) -> None:
    """Hold a value against a schema of the document; strictly, it has no field that the document does not name."""
    schemas = json.loads(json.dumps(document()["components"]["schemas"]))
    for model in schemas.values():
        if strict and "properties" in model:
            model["additionalProperties"] = False
    root = {**schema, "components": {"schemas": schemas}}
    OAS31Validator(root, format_checker=oas31_format_checker).validate(value)


def described(response: TestResponse, path: str) -> None:
    """Hold an answer against what the document says of the path."""
    answers = document()["paths"][path]["get"]["responses"]
    assert str(response.status_code) in answers, f"{path} is not said to answer {response.status_code}"
    answer = resolved(answers[str(response.status_code)])
    _headers(response.headers, answer.get("headers", {}))
    if "content" not in answer:
        assert response.data == b""
        return
    kind = str(response.mimetype)
    validate(response.get_json() if "json" in kind else response.text, answer["content"][kind]["schema"])


def _headers(headers: Headers, described: dict[str, Any]) -> None:
    for name, reference in described.items():
        header = resolved(reference)
        assert name in headers or not header["required"], name
        if name in headers:
            integer = header["schema"].get("type") == "integer"
            validate(int(headers[name]) if integer else headers[name], header["schema"])


def test_it_is_valid() -> None:
    OpenAPIV31SpecValidator(document()).validate()


def test_it_is_up_to_date() -> None:
    assert DOCUMENT.read_text() == openapi.text(), "make it anew: make openapi"


def test_it_is_what_the_api_serves(full: World) -> None:
    assert full.get("/openapi.json").get_json() == document()


def test_every_route_is_there() -> None:
    rules = {path.replace("*", "{}") for path in api.routes}
    assert {openapi_path(path) for path, operations in document()["paths"].items() if "get" in operations} == rules


def openapi_path(path: str) -> str:
    head, brace, _ = path.partition("{")
    return head + ("{}" if brace else "")


@pytest.mark.parametrize(("path", "parameters"), [("/videos", PAGE), ("/videos.atom", FEED)])
def test_every_parameter_is_there(path: str, parameters: Any) -> None:
    told = [resolved(each) for each in document()["paths"][path]["get"]["parameters"]]
    assert [each["name"] for each in told if each["in"] == "query"] == [each.name for each in parameters]


@pytest.mark.parametrize("path", ["/videos", "/videos.atom"])
def test_what_parameters_are_said_to_take_is_taken(full: World, path: str) -> None:
    for told in map(resolved, document()["paths"][path]["get"]["parameters"]):
        schema = told["schema"]
        bounds = [schema[bound] for bound in ("default", "minimum", "maximum") if bound in schema]
        for value in (*schema.get("examples", ()), *schema.get("enum", ()), *bounds):
            response = full.client().get(path, query_string={told["name"]: value})
            assert response.status_code == 200, (told["name"], value)


@pytest.mark.parametrize(("path", "video"), [("/videos", b'"first_seen_at":'), ("/videos.atom", b"<entry>")])
def test_the_default_page_size_is_as_described(full: World, path: str, video: bytes) -> None:
    told = next(each for each in document()["paths"][path]["get"]["parameters"] if each.get("name") == "page_size")
    assert full.get(path).data.count(video) == told["schema"]["default"]


@pytest.mark.parametrize(
    ("path", "request_path"),
    [
        ("/", "/"),
        ("/ping", "/ping"),
        ("/ping", "/ping?x=1"),
        ("/videos", "/videos"),
        ("/videos", "/videos?order=oldest&live=live&page_size=50&search=video"),
        ("/videos", "/videos?page_size=1"),
        ("/videos", "/videos?page_size=0&x=1&published_after=now"),
        ("/videos", "/videos?published_after=2026-11-23T00:00:00Z&published_before=2026-11-22T00:00:00Z"),
        ("/videos", "/videos?query=tennis"),
        ("/videos/{video_id}", "/videos/video000001"),
        ("/videos/{video_id}", "/videos/video999999"),
        ("/videos/{video_id}", "/videos/x"),
        ("/videos.atom", "/videos.atom"),
        ("/videos.atom", "/videos.atom?query=tennis"),
        ("/queries", "/queries"),
        ("/queries", "/queries?x"),
        ("/targets", "/targets"),
        ("/targets", "/targets?x"),
        ("/targets/{target}", "/targets/chat"),
        ("/targets/{target}", "/targets/nobody"),
        ("/targets/{target}", "/targets/" + "x" * 51),
        ("/status", "/status"),
        ("/privacy", "/privacy"),
        ("/privacy", "/privacy?x=1"),
        ("/openapi.json", "/openapi.json"),
        ("/docs", "/docs"),
        ("/docs/{file}", "/docs/no.js"),
    ],
)
@pytest.mark.parametrize("accept", ["*/*", "image/png"])
def test_answers_are_as_described(full: World, path: str, request_path: str, accept: str) -> None:
    response = full.get(request_path, Accept=accept)
    described(response, path)
    if "ETag" in response.headers:
        described(full.get(request_path, **{"If-None-Match": response.headers["ETag"]}), path)


def test_the_page_s_files_are_as_described(full: World) -> None:
    (told, *_) = document()["paths"]["/docs/{file}"]["get"]["parameters"]
    for part in full.get("/docs").text.split('"docs/')[1:]:
        name = part.partition('"')[0]
        validate(name, told["schema"])
        described(full.get(f"/docs/{name}"), "/docs/{file}")


@pytest.mark.parametrize("error", [RuntimeError("ours"), None])
@pytest.mark.parametrize("path", ["/videos", "/videos.atom", "/queries", "/status"])
def test_failures_are_as_described(full: World, path: str, error: Exception | None) -> None:
    with failing_table(full, error or EndpointConnectionError(endpoint_url="")):
        described(full.get(path), path)


def test_states_of_trouble_are_as_described(world: World) -> None:
    described(world.get("/status"), "/status")
    described(world.get("/queries"), "/queries")
    described(world.get("/videos"), "/videos")
    described(world.get("/videos.atom"), "/videos.atom")
    world.configure(INVIDIOUS_URLS="http://nobody.test")
    world.set_keys()
    world.schedule()
    status = world.get("/status")
    assert status.get_json()["sources"]["invidious"]["instances"][0]["resting_until"]
    described(status, "/status")
    described(world.get("/queries"), "/queries")


def examples(part: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Every example in the document with its schema."""
    if isinstance(part, dict):
        if "schema" in part and "example" in part:
            yield where, part["schema"], part["example"]
        for example in part.get("examples", ()) if "type" in part else ():
            yield where, part, example
        for name, inner in part.items():
            yield from examples(inner, f"{where}/{name}")
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from examples(inner, f"{where}/{number}")


def test_examples_are_as_described() -> None:
    found = list(examples(document()))
    assert len(found) > 20
    for where, schema, example in found:
        try:
            validate(example, schema)
        except Exception as error:
            raise AssertionError(where) from error

"""Whatever is sent, it is never the service that fails."""

import base64
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import functions.api.app as api
from local.engine import Engine
from local.invocation import Context
from local.template import Template
from newsreel.web.parameters import PAGE
from tests.filled import filled_world
from tests.world import World

METHODS = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "DELETE", "TRACE", "get", ""]
VALUES = [
    "0", "1", "50", "51", "-1", "1e9", "nan", "newest", "oldest", "none", "live", "cricket", "UC1", "null", "[]",
    "2026-11-23T12:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "2026-06-30T23:59:60Z",
    "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "AQAAAAAAAAA", "AQBPq6lvyDYAawOeIGRRdzR3OVdnWGNR",
]  # fmt: skip

anything = st.text(max_size=40) | st.sampled_from(VALUES) | st.integers().map(str) | st.datetimes().map(str)
names = st.sampled_from([parameter.name for parameter in PAGE]) | st.text(max_size=12)
pairs = st.lists(st.tuples(names, anything), max_size=6).map(urlencode)
raw = st.text(st.characters(codec="ascii"), max_size=60) | st.binary(max_size=30).map(quote)
segments = st.sampled_from(["", "videos", "docs", "status", "video000001", "..", "*"]) | st.text(max_size=15)
paths = st.lists(segments, max_size=3).map(lambda parts: "/" + "/".join(parts)) | st.sampled_from(list(api.routes))
headers = st.dictionaries(
    st.sampled_from(["accept", "accept-encoding", "if-none-match", "x-forwarded-proto", "origin"]), st.text(max_size=30)
)


@pytest.fixture(scope="module", autouse=True)
def world(services: Engine, template: Template) -> Iterator[World]:
    """A world with polled videos, to which nothing is written any more."""
    with filled_world(services, template) as world, world.undisturbed():
        yield world


def check(method: str, path: str, query: str, headers: dict[str, str]) -> None:
    """Send it; the answer blames the sender, in the one shape, or is right."""
    event: dict[str, Any] = {
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers,
        "requestContext": {"http": {"method": method}, "domainName": "api.test", "stage": "$default"},
    }
    answer = api.handler(event, Context("api", 128, 10))  # type: ignore[arg-type]
    assert answer["statusCode"] in {200, 204, 304, 400, 404, 405}, answer
    json.dumps(answer)
    assert all(value.isprintable() for value in answer["headers"].values())
    if answer["statusCode"] >= 400 and answer["body"]:
        assert json.loads(answer["body"])["status"] == answer["statusCode"]


@settings(max_examples=1500)
@given(query=pairs, path=st.sampled_from(["/videos", "/videos.atom"]))
def test_parameters(query: str, path: str) -> None:
    check("GET", path, query, {})


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/videos/\ud800", ""),
        ("/videos", "query=\ud800"),
        ("/videos", "\ud800=1"),
        ("/\ud800", ""),
        ("/ping", "a=\ud800"),
    ],
)
def test_half_a_character(path: str, query: str) -> None:
    check("GET", path, query, {})


@settings(max_examples=1000)
@given(query=raw, path=st.sampled_from(list(api.routes)))
def test_query_strings(query: str, path: str) -> None:
    check("GET", path, query, {})


@settings(max_examples=1000)
@given(name=st.sampled_from([parameter.name for parameter in PAGE]), value=anything | st.sampled_from(VALUES))
def test_single_values(name: str, value: str) -> None:
    check("GET", "/videos", urlencode({name: value}), {})


@settings(max_examples=1000)
@given(method=st.sampled_from(METHODS), path=paths, headers=headers)
def test_paths_methods_and_headers(method: str, path: str, headers: dict[str, str]) -> None:
    check(method, path, "", headers)


@settings(max_examples=500)
@given(cursor=st.binary(min_size=8, max_size=40), start=st.sampled_from([b"", b"\x01\x00", b"\x01\x01"]))
def test_cursors(cursor: bytes, start: bytes) -> None:
    token = base64.urlsafe_b64encode(start + cursor).rstrip(b"=").decode()
    check("GET", "/videos", f"cursor={token}", {})

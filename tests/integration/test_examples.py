"""The API's examples in the papers do what the papers say."""

import json
import shlex
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from typing import Any

import pytest
import requests

from local.engine import Engine
from local.template import Template
from tests.filled import served
from tests.papers import blocks, commands
from tests.world import MINUTE, World, clips, new_world

HERE = "http://127.0.0.1:3000"
"""Where the papers find newsreel."""
VIDEOS = 120
REQUESTS = [shlex.split(command)[1:] for command in commands() if command.startswith("curl ")]
EXAMPLES = [arguments for arguments in REQUESTS if len(arguments) == 1]
CHANGES = [arguments for arguments in REQUESTS if len(arguments) > 1]
CURL = ArgumentParser()
CURL.add_argument("url")
CURL.add_argument("-X", dest="method")
CURL.add_argument("-H", dest="headers", action="append", default=[])
CURL.add_argument("--json", dest="body", type=json.loads)
"""What the papers use of curl."""


@pytest.fixture(scope="module")
def url(services: Engine, template: Template) -> Iterator[str]:
    """The api of a world that has something for every example."""
    with new_world(services, template) as world, served() as url:
        first, second, *others = clips(world.now - number * MINUTE for number in range(1, VIDEOS + 1))
        world.add(replace(first, title="How to make tea?"), replace(second, live="live"), *others)
        world.schedule()
        yield url


@pytest.mark.parametrize("arguments", EXAMPLES, ids=lambda arguments: arguments[0])
def test_a_request_finds_something(arguments: list[str], url: str) -> None:
    (asked,) = arguments
    assert asked.startswith(f"{HERE}/")
    answer = requests.get(asked.replace(HERE, url), timeout=10)
    assert answer.status_code == 200
    assert "<entry>" in answer.text or answer.json()["videos"]


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 3


def test_a_target_is_made_changed_tried_and_removed(world: World) -> None:
    answers = [changed(world, CURL.parse_args(arguments)) for arguments in CHANGES]
    assert [answer.status_code for answer in answers] == [201, 200, 202, 204]
    made, after = (answer.get_json() for answer in answers[:2])
    assert made["secret"]
    assert (after["target"], after["queries"], after["digest"], after["secret"]) == (
        "my program",
        ["cricket"],
        "hourly",
        None,
    )


def changed(world: World, asked: Namespace) -> Any:
    """The answer to a request of the papers."""
    assert asked.url.startswith(f"{HERE}/")
    headers = dict(header.split(": ") for header in asked.headers)
    return world.client().open(asked.url.removeprefix(HERE), method=asked.method, headers=headers, json=asked.body)


def test_the_page_has_the_fields_of_a_real_one(url: str) -> None:
    (shown,) = blocks("README.md", "json")
    page = requests.get(f"{url}/videos", timeout=10).json()
    example = json.loads(shown)
    assert example.keys() == page.keys()
    assert example["videos"][0].keys() == page["videos"][0].keys()


def test_the_program_prints_every_video_once(url: str) -> None:
    program, _ = blocks("README.md", "python")
    printed = StringIO()
    with redirect_stdout(printed):
        exec(compile(program.replace(HERE, url), "README.md", "exec"), {})  # noqa: S102 - it is ours
    lines = printed.getvalue().splitlines()
    assert len(set(lines)) == len(lines) == VIDEOS
    assert lines == sorted(lines, reverse=True)

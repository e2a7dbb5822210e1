"""`make run` as the README types it: alone, with keys, with a recording; the settings also from `.env`."""

import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from local.catalogue import Clips
from local.serving import serving
from local.upstream import Upstream
from tests.local.test_machine import port, recording, started
from tests.papers import ROOT, blocks
from tests.world import clip

__all__ = ["port", "recording"]

LINES = [line.partition("  #")[0] for block in blocks("README.md", "sh") for line in block.splitlines()]
ALONE, *WITH_SETTINGS = [shlex.split(line) for line in LINES if "make run" in line]
PATIENCE = 60


@pytest.fixture
def youtube() -> Iterator[str]:
    """What stands for YouTube, and takes the README's keys and no others."""
    now = datetime.now(UTC)
    catalogue = Clips(clip(number, now - timedelta(minutes=number)) for number in range(1, 4))
    with serving(Upstream(catalogue, lambda: datetime.now(UTC), keys=["key1", "key2"])) as url:
        yield f"{url}/youtube/v3"


def test_it_is_what_the_tests_start() -> None:
    assert ALONE == ["make", "run"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"^run:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE) == [
        "\t@local/setup run\n\t@$(python) -m local\n"
    ]


def test_alone_it_says_what_the_readme_shows(tmp_path: Path, port: int) -> None:
    (shown,) = blocks("README.md", "")
    with started(tmp_path, port) as newsreel:
        newsreel.eventually(lambda: requests.get(f"{newsreel.url}/ping", timeout=10).ok, PATIENCE)
        said = newsreel.end()
    assert shown in said
    assert (tmp_path / ".newsreel").is_dir()


@pytest.mark.parametrize(("words", "place"), list(zip(WITH_SETTINGS, ["environment", ".env"], strict=True)))
def test_with_settings_there_are_videos(
    words: list[str], place: str, tmp_path: Path, port: int, recording: Path, youtube: str
) -> None:
    *pairs, make, run = words
    assert [make, run] == ALONE
    settings = dict(pair.split("=", 1) for pair in pairs)
    assert settings.get("RECORDING", recording.name) == recording.name
    queries = settings["QUERIES"].split(",")
    if place == ".env":
        (tmp_path / ".env").write_text("".join(f'{name}="{value}"\n' for name, value in settings.items()))
        settings = {}
    with started(tmp_path, port, YOUTUBE_API_URL=youtube, **settings) as newsreel:
        newsreel.eventually(lambda: all(newsreel.has_videos(query) for query in queries), PATIENCE)
        said = newsreel.end()
    assert "Traceback" not in said
    assert f"watching {', '.join(queries)}" in said

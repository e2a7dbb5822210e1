"""The whole system as a person starts it: one process, real HTTP, data on disk."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from local.serving import LOOPBACK

ROOT = Path(__file__).parents[2]
QUERIES = ("cricket", "chess", "climbing", "curling")
VIDEOS = 130


@dataclass(frozen=True, slots=True)
class Newsreel:
    """A started process and how to reach it."""

    process: "subprocess.Popen[str]"
    url: str

    def has_videos(self, query: str) -> bool:
        """Whether the first page of a query has any."""
        page = requests.get(f"{self.url}/videos", params={"query": query, "page_size": "1"}, timeout=10).json()
        return bool(page["videos"])

    def walk(self, query: str) -> list[str]:
        """The ids of a query's videos, page by page."""
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            asked = {"query": query, "page_size": "50"} | cursor
            response = requests.get(f"{self.url}/videos", params=asked, timeout=10)
            assert response.ok, response.text
            page = response.json()
            found += [video["video_id"] for video in page["videos"]]
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}

    def eventually(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait until a condition holds while the process lives."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.process.communicate()[0]
            try:
                if condition():
                    return
            except requests.ConnectionError:
                pass
            time.sleep(0.05)
        self.process.kill()
        raise AssertionError(f"not within {seconds} s; it said: {self.process.communicate()[0]}")

    def end(self) -> str:
        """Press Ctrl-C; everything it has said."""
        self.process.send_signal(signal.SIGINT)
        said, _ = self.process.communicate(timeout=10)
        assert self.process.returncode == 0
        return said


@contextmanager
def started(folder: Path, port: int, **settings: str) -> Iterator[Newsreel]:
    """Start newsreel in a folder of its own; killed at the end, if it still runs."""
    path = os.pathsep.join((str(ROOT), str(ROOT / "layers/newsreel")))
    unset = ("YOUTUBE_API_KEYS", "INVIDIOUS_URLS", "RECORDING", "QUERIES")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    environment |= {"PYTHONPATH": path, "PORT": str(port)} | settings
    with subprocess.Popen(
        [sys.executable, "-m", "local"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield Newsreel(process, f"http://{LOOPBACK}:{port}")
        finally:
            process.kill()


@pytest.fixture
def port() -> int:
    with socket.create_server((LOOPBACK, 0)) as listener:
        number: int = listener.getsockname()[1]
        return number


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """A recording of one group of videos of the last three hours, some of which share a second."""
    end = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    items = [
        {
            "id": {"kind": "youtube#video", "videoId": f"clip{number:07d}"},
            "snippet": {
                "publishedAt": (end - timedelta(seconds=number // 3 * 240)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "channelId": "UC1",
                "title": f"Video {number}",
                "description": "",
                "thumbnails": {},
                "channelTitle": "A channel",
                "liveBroadcastContent": "none",
            },
        }
        for number in range(VIDEOS)
    ]
    path = tmp_path / "polls.jsonl"
    path.write_text(json.dumps({"inserted_at_utc": "2026-11-23 12:00:00Z", "items": items}))
    return path


def test_made_up_videos_appear_and_are_there_again_after_a_restart(tmp_path: Path, port: int) -> None:
    with started(tmp_path, port) as newsreel:
        newsreel.eventually(lambda: newsreel.has_videos("cricket"), 60)
        newsreel.eventually(lambda: polled(newsreel, "cricket"), 60)
        first = newsreel.walk("cricket")
        assert len(first) >= 500
        said = newsreel.end()
    assert "a sample upstream on this machine makes the videos up" in said
    assert f"open {newsreel.url}/ for" in said
    assert " cricket " in said
    assert " calls left " in said
    assert "Traceback" not in said
    with started(tmp_path, port) as newsreel:
        newsreel.eventually(lambda: newsreel.has_videos("cricket"), 60)
        second = newsreel.walk("cricket")
        newsreel.end()
    assert set(first) <= set(second)
    assert len(set(second)) == len(second)


def test_kills_during_polls_lose_and_double_nothing(tmp_path: Path, port: int, recording: Path) -> None:
    settings = {"RECORDING": str(recording), "QUERIES": ",".join(QUERIES)}
    for query in QUERIES[:-1]:
        with started(tmp_path, port, **settings) as newsreel:
            newsreel.eventually(lambda query=query: newsreel.has_videos(query), 100)  # type: ignore[misc]
            newsreel.process.kill()
    with started(tmp_path, port, **settings) as newsreel:
        # A poll that was cut off is taken up again when its claim has run out.
        newsreel.eventually(lambda: all(polled(newsreel, query) for query in QUERIES), 150)
        for query in QUERIES:
            found = newsreel.walk(query)
            assert len(found) == VIDEOS
            assert len(set(found)) == VIDEOS
        newsreel.end()


def polled(newsreel: Newsreel, query: str) -> bool:
    """Whether a poll of this query has come to its end."""
    queries = requests.get(f"{newsreel.url}/queries", timeout=10).json()["queries"]
    return any(each["query"] == query and each["last_success_at"] for each in queries)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"PORT": "70000"}, "PORT must be a number up to 65535, not '70000'"),
        ({"RECORDING": "nowhere.jsonl"}, "RECORDING=nowhere.jsonl cannot be read: No such file or directory"),
        ({"POLL_INTERVAL_SECONDS": "9"}, "POLL_INTERVAL_SECONDS must be a whole number from 10"),
    ],
)
def test_what_cannot_work_is_said_in_one_sentence(
    tmp_path: Path, port: int, settings: dict[str, str], sentence: str
) -> None:
    with started(tmp_path, port, **settings) as newsreel:
        said, _ = newsreel.process.communicate(timeout=30)
    assert newsreel.process.returncode == 1
    assert sentence in said.splitlines()[-1]
    assert "Traceback" not in said


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        taken = listener.getsockname()[1]
        with started(tmp_path, taken) as newsreel:
            said, _ = newsreel.process.communicate(timeout=30)
    assert newsreel.process.returncode == 1
    assert said == f"newsreel: port {taken} cannot be used (address already in use); try `make run PORT=3001`\n"

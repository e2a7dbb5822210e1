"""The whole system as a person starts it: one process, real HTTP, data on disk."""

import errno
import html
import json
import os
import queue
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
from typing import Any

import pytest
import requests
from werkzeug.wrappers import Request, Response

from local import machine
from local.catalogue import Clip, Clips
from local.environment import StartError
from local.serving import LOOPBACK, serving
from local.upstream import Upstream

ROOT = Path(__file__).parents[2]
QUERIES = ("cricket", "chess", "climbing", "curling")
VIDEOS = 130
HOSTILE = (
    "<b>Over</b> & out <script>alert(1)</script>",
    "cricket &amp; more: 5 > 3 < 7",
    "   cricket\u202e reversed? \u200b" + "very " * 12 + "long title",
    "\"it's\" '); DROP TABLE videos; -- {0} %s ${HOME}",
)
"""Titles as those have who try what a page does with them."""


@dataclass(frozen=True, slots=True)
class Newsreel:
    """A started process and how to reach it."""

    process: "subprocess.Popen[str]"
    url: str

    def has_videos(self, query: str) -> bool:
        """Whether the first page of a query has any."""
        page = requests.get(f"{self.url}/videos", params={"query": query, "page_size": "1"}, timeout=10).json()
        return bool(page["videos"])

    def last_success(self, query: str) -> str | None:
        """When a poll of this query last came to its end."""
        queries = requests.get(f"{self.url}/queries", timeout=10).json()["queries"]
        at: str | None = next(each["last_success_at"] for each in queries if each["query"] == query)
        return at

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
    unset = ("YOUTUBE_API_KEYS", "INVIDIOUS_URLS", "RECORDING", "QUERIES", "READER_PASSWORD", "EDITOR_PASSWORD")
    environment = {
        name: value for name, value in os.environ.items() if name not in unset and "proxy" not in name.lower()
    }
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
                "title": html.escape(HOSTILE[number % len(HOSTILE)]),
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


@pytest.mark.long
def test_made_up_videos_appear_and_are_there_again_after_a_restart(tmp_path: Path, port: int) -> None:
    with started(tmp_path, port) as newsreel:
        newsreel.eventually(lambda: newsreel.has_videos("cricket"), 60)
        newsreel.eventually(lambda: newsreel.last_success("cricket") is not None, 60)
        first = newsreel.walk("cricket")
        assert len(first) >= 500
        said = newsreel.end()
    assert "a sample upstream on this machine makes the videos up" in said
    assert "nobody is told of new videos yet; make receiver shows what a target would get" in said
    first_polls = "the first polls bring the past day's videos, then new ones come about every ten seconds"
    assert first_polls in said
    assert f"open {newsreel.url}/ for" in said
    assert " cricket " in said
    assert " calls left " in said
    assert "Traceback" not in said
    with started(tmp_path, port) as newsreel:
        newsreel.eventually(lambda: newsreel.has_videos("cricket"), 60)
        second = newsreel.walk("cricket")
        assert first_polls not in newsreel.end()
    assert set(first) <= set(second)
    assert len(set(second)) == len(second)


def test_made_up_videos_have_pictures_of_the_pages_own_origin(tmp_path: Path, port: int) -> None:
    with started(tmp_path, port, QUERIES="my town") as newsreel:
        newsreel.eventually(lambda: newsreel.has_videos("my town"), 60)
        video = requests.get(f"{newsreel.url}/videos?page_size=1", timeout=10).json()["videos"][0]
        url = f"{newsreel.url}/sample/pictures/{video['video_id']}.svg"
        assert {name: each["url"] for name, each in video["thumbnails"].items()} == {"medium": url, "high": url}
        # Nobody is asked for a password, and no other site's page is let in.
        assert requests.get(url, headers={"Host": "evil.example"}, timeout=10).status_code == 403
        forged = requests.put(f"{newsreel.url}/queries/x", headers={"Origin": "https://evil.example"}, timeout=10)
        assert forged.status_code == 403
        picture = requests.get(url, timeout=10)
        assert (picture.status_code, picture.headers["Content-Type"]) == (200, "image/svg+xml")
        assert requests.get(f"{newsreel.url}/ping", timeout=10).json() == {"message": "Pong!"}
        newsreel.end()


def test_a_password_is_asked_for_where_one_is_set(tmp_path: Path, port: int) -> None:
    (tmp_path / ".env").write_text("READER_PASSWORD='pässwörd of mine'\nACCESS=public\nEDITOR_PASSWORD=other\n")
    with started(tmp_path, port) as newsreel:
        newsreel.eventually(lambda: requests.get(f"{newsreel.url}/ping", timeout=10).ok, 60)

        def status(path: str, *auth: str, host: str = "") -> int:
            sent = {"auth": (auth[0], auth[1])} if auth else {}
            headers = {"Host": host} if host else {}
            return requests.get(newsreel.url + path, headers=headers, timeout=10, **sent).status_code  # type: ignore[arg-type]

        for path in ("/", "/videos", "/status", "/nowhere"):
            assert status(path) == status(path, "reader", "wrong") == status(path, "reader", "other") == 401
        assert status("/", "reader", "pässwörd of mine") == status("/", "editor", "other") == 200
        assert status("/", "reader", "pässwörd of mine", host="evil.example") == 403
        said = newsreel.end()
    assert "it asks for a password: the user name is reader, the password that of READER_PASSWORD" in said
    assert "mine" not in said
    assert "WARNING: requests with a wrong password: 1" in said


def test_a_recording_is_played_with_its_own_titles_and_thumbnails(tmp_path: Path, port: int, recording: Path) -> None:
    with started(tmp_path, port, RECORDING=str(recording)) as newsreel:
        newsreel.eventually(lambda: newsreel.has_videos("cricket"), 60)
        videos = requests.get(f"{newsreel.url}/videos?page_size=50", timeout=10).json()["videos"]
        assert {video["title"] for video in videos} == set(HOSTILE)
        assert all(video["thumbnails"] == {} for video in videos)
        answer = requests.get(f"{newsreel.url}/sample/pictures/{videos[0]['video_id']}.svg", timeout=10)
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
        newsreel.end()


@pytest.mark.long
def test_a_webhook_is_told_of_a_new_video_though_newsreel_was_killed_after_it_was_made(
    tmp_path: Path, port: int
) -> None:
    now = datetime.now(UTC)
    clips = Clips([Clip("video000001", now - timedelta(minutes=1), now)])
    got: queue.Queue[tuple[str, list[str]]] = queue.Queue()

    def receiver(environ: Any, start_response: Any) -> Any:
        message = json.loads(Request(environ).get_data())
        got.put((message["type"], [video["video_id"] for video in message["videos"]]))
        return Response(status=204)(environ, start_response)

    with serving(Upstream(clips, lambda: datetime.now(UTC))) as upstream, serving(receiver) as url:
        settings = {
            "YOUTUBE_API_URL": f"{upstream}/youtube/v3",
            "YOUTUBE_API_KEYS": "a-key",
            "SEARCH_CALLS_PER_DAY": "1000000",
            # What a deployment may have is not here, and what it may not do is done here.
            "EVENT_BUS": "a-bus",
            "TARGET_ADDRESSES": "public",
        }
        with started(tmp_path, port, **settings) as newsreel:
            newsreel.eventually(lambda: newsreel.last_success("cricket") is not None, 60)
            path = f"{newsreel.url}/targets/my program"
            address = f"{url}/a-secret-path"
            made = requests.put(path, json={"kind": "webhook", "address": address}, timeout=10)
            assert made.status_code == 201
            newsreel.process.kill()
        clips.add(Clip("video000002", datetime.now(UTC), datetime.now(UTC)))
        with started(tmp_path, port, **settings) as newsreel:
            assert got.get(timeout=60) == ("videos", ["video000002"])
            assert requests.put(f"{path}/test", timeout=10).status_code == 202
            assert got.get(timeout=30)[0] == "test"
            newsreel.eventually(lambda: bool(only_target(newsreel)["tested_at"]), 10)
            assert only_target(newsreel)["state"] == "ok"
            said = newsreel.end()
    assert "telling my program of new videos; make targets shows how they fare" in said
    assert "my program was told of 1 video\n" in said
    assert "my program got the test message\n" in said
    assert "a-secret-path" not in said
    assert "Traceback" not in said


def only_target(newsreel: Newsreel) -> dict[str, Any]:
    """What is known of the only target."""
    (target,) = requests.get(f"{newsreel.url}/targets", timeout=10).json()["targets"]
    return dict(target)


@pytest.mark.long
def test_kills_during_polls_lose_and_double_nothing(tmp_path: Path, port: int, recording: Path) -> None:
    settings = {"RECORDING": str(recording), "QUERIES": ",".join(QUERIES)}
    for query in QUERIES[:-1]:
        with started(tmp_path, port, **settings) as newsreel:
            newsreel.eventually(lambda query=query: newsreel.has_videos(query), 100)  # type: ignore[misc]
            newsreel.process.kill()
    with started(tmp_path, port, **settings) as newsreel:
        # A poll that was cut off is taken up again when its claim has run out.
        newsreel.eventually(lambda: all(map(newsreel.last_success, QUERIES)), 150)
        for query in QUERIES:
            found = newsreel.walk(query)
            assert len(found) == VIDEOS
            assert len(set(found)) == VIDEOS
        newsreel.end()


def failed(folder: Path, port: int, **settings: str) -> str:
    """The one sentence that is said by a newsreel that cannot start."""
    with started(folder, port, **settings) as newsreel:
        said, _ = newsreel.process.communicate(timeout=60)
    assert newsreel.process.returncode == 1
    assert "Traceback" not in said
    assert all(line.startswith("newsreel: ") for line in said.splitlines())
    return str(said).splitlines()[-1]


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"PORT": "70000"}, "PORT must be a number up to 65535, not '70000'"),
        ({"PORT": "ゲーム", "PYTHONIOENCODING": "ascii"}, "PORT must be a number up to 65535, not '???'"),
        ({"RECORDING": "nowhere.jsonl"}, "RECORDING=nowhere.jsonl cannot be read: No such file or directory"),
        ({"POLL_INTERVAL_SECONDS": "9"}, "POLL_INTERVAL_SECONDS must be a whole number from 10"),
        ({"LOG_LEVEL": "chatty"}, "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR (Unknown level: 'CHATTY')"),
    ],
)
def test_what_cannot_work_is_said_in_one_sentence(
    tmp_path: Path, port: int, settings: dict[str, str], sentence: str
) -> None:
    assert sentence in failed(tmp_path, port, **settings)


NO_UTF_8 = os.fsdecode(b"caf\xe9")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"PORT": "-1"}, "PORT must be a number up to 65535, not '-1'"),
        ({"PORT": "3000.5"}, "PORT must be a number up to 65535, not '3000.5'"),
        ({"RECORDING": "/"}, "RECORDING=/ cannot be read: Is a directory"),
        ({"RECORDING": sys.executable}, f"RECORDING={sys.executable} cannot be played: "),
        ({"QUERIES": "tea\x07"}, "wrong settings: QUERIES must hold "),
        ({"QUERIES": " , "}, "wrong settings: QUERIES must "),
        ({"QUERIES": NO_UTF_8}, "wrong settings: QUERIES must hold "),
        ({"YOUTUBE_API_KEYS": NO_UTF_8}, "YOUTUBE_API_KEYS is not in UTF-8"),
        ({"INVIDIOUS_URLS": "ftp://a"}, "wrong settings: INVIDIOUS_URLS must hold "),
        ({"ALLOWED_ORIGIN": "*"}, "wrong settings: ALLOWED_ORIGIN must be one https origin"),
        ({"READER_PASSWORD": NO_UTF_8}, "READER_PASSWORD is not in UTF-8"),
        ({"EDITOR_PASSWORD": "other"}, "EDITOR_PASSWORD is of use only beside READER_PASSWORD"),
    ],
)
def test_every_wrong_setting_is_said_in_one_sentence(
    settings: dict[str, str], sentence: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    # Restored afterwards, whatever is set meanwhile.
    monkeypatch.setattr(os, "environ", os.environ | {"PORT": "0"} | settings)
    with pytest.raises(StartError) as error:
        machine.run(lambda: True)
    assert str(error.value).startswith(sentence)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("place", [".newsreel", ".newsreel/sample"])
def test_a_folder_that_cannot_hold_the_data_is_said_in_one_sentence(tmp_path: Path, port: int, place: str) -> None:
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text("a file in the way")
    assert "dynalite did not start (E" in failed(tmp_path, port)


def test_a_second_newsreel_in_the_same_folder_is_said_in_one_sentence(
    tmp_path: Path, port: int, recording: Path
) -> None:
    with started(tmp_path, port, RECORDING=str(recording)) as newsreel:
        newsreel.eventually(lambda: newsreel.has_videos("cricket"), 60)
        with socket.create_server((LOOPBACK, 0)) as listener:
            other = listener.getsockname()[1]
        said = failed(tmp_path, other, RECORDING=str(recording))
        assert said.endswith("if newsreel runs in this folder already, stop it there first")
        newsreel.end()


def test_a_dotenv_in_latin_1_is_said_in_one_sentence_that_names_utf_8(tmp_path: Path, port: int) -> None:
    (tmp_path / ".env").write_text("QUERIES=crème brûlée", encoding="latin-1")
    assert failed(tmp_path, port) == "newsreel: .env is not a text in UTF-8; save it in that encoding"


DEAD = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    "settings",
    [
        {"http_proxy": DEAD, "no_proxy": "localhost"},
        {"HTTP_PROXY": DEAD, "ALL_PROXY": DEAD, "NO_PROXY": "example.com"},
        {"AWS_PROFILE": "nowhere", "AWS_CONFIG_FILE": sys.executable, "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
    ],
    ids=["lower-case proxies", "upper-case proxies", "settings for AWS"],
)
def test_what_is_set_for_the_outside_world_does_not_keep_newsreel_from_its_own_services(
    tmp_path: Path, port: int, recording: Path, settings: dict[str, str]
) -> None:
    with started(tmp_path, port, RECORDING=str(recording), **settings) as newsreel:
        newsreel.eventually(lambda: newsreel.has_videos("cricket"), 60)
        assert "Traceback" not in newsreel.end()


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        taken = listener.getsockname()[1]
        with started(tmp_path, taken) as newsreel:
            said, _ = newsreel.process.communicate(timeout=30)
    assert newsreel.process.returncode == 1
    assert said == f"newsreel: port {taken} cannot be used (address already in use); try `make run PORT=3001`\n"


def test_a_port_that_may_not_be_used_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket, "create_server", refuse)
    monkeypatch.setenv("PORT", "80")
    with pytest.raises(StartError, match=r"^port 80 cannot be used \(permission denied\); try `make run PORT=3001`$"):
        machine.run(lambda: True)


def test_it_ends_where_the_exception_of_ctrl_c_was_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = iter([False, False, True])
    monkeypatch.setattr(machine, "_start", lambda *_: None)
    monkeypatch.setattr("time.sleep", lambda _: None)
    machine.run(lambda: next(looks))
    assert not list(looks)


@pytest.mark.long
def test_a_key_that_was_refused_is_not_asked_again_after_a_restart(tmp_path: Path, port: int) -> None:
    now = datetime.now(UTC)
    upstream = Upstream(Clips([Clip("video000001", now, now)]), lambda: datetime.now(UTC), keys={"good-key"})
    with serving(upstream) as url:
        settings = {"YOUTUBE_API_URL": f"{url}/youtube/v3", "QUERIES": "cricket", "SEARCH_CALLS_PER_DAY": "1000000"}
        refused, last = [], None
        # The last start has another value, with which every key gets another chance.
        for keys in ("bad-key,good-key", "bad-key,good-key", "bad-key, good-key"):
            with started(tmp_path, port, YOUTUBE_API_KEYS=keys, **settings) as newsreel:
                newsreel.eventually(lambda last=last: newsreel.last_success("cricket") not in (None, last), 60)  # type: ignore[misc]
                last = newsreel.last_success("cricket")
                newsreel.end()
            refused.append([call.key for call in upstream.calls].count("bad-key"))
    assert refused == [1, 1, 2]

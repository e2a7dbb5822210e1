"""`make receiver`: shows what a webhook gets."""

import os
import signal
import socket
import subprocess
import sys
import threading

import pytest
import requests
from werkzeug.test import Client

from local.receiver import Receiver
from local.serving import LOOPBACK, serving
from newsreel.errors import TargetFailed
from newsreel.news import webhook
from newsreel.news.addresses import Address
from tests.papers import ROOT
from tests.tables import NOW

KEY = "the-secret-of-both"
MESSAGE = {
    "id": "1f",
    "type": "videos",
    "target": "my program",
    "videos": [
        {"video_id": "video000001", "title": "ゲーム 実況 & more"},
        {"video_id": "video000002", "title": "\x1b[2J\u202eone\nthat a terminal obeys"},
        {"video_id": "video000003", "title": None},
    ],
}


@pytest.mark.parametrize(
    ("secret", "said"),
    [(KEY, "signature holds"), ("another", "SIGNATURE DOES NOT HOLD"), ("", "signature not checked")],
)
def test_a_message_of_newsreels_is_shown(secret: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(Receiver(secret)) as url:
        webhook.post(Address(url, KEY), "1f", MESSAGE, NOW)
        webhook.post(Address(url, KEY), "1f", {**MESSAGE, "videos": []}, NOW)
    assert capsys.readouterr().out.splitlines() == [
        f"videos, for my program, {said}",
        "  ゲーム 実況 & more",
        "  [2Jonethat a terminal obeys",
        "  video000003",
        f"videos, for my program, once more, {said}",
    ]


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"id": 1, "type": "test", "target": "x", "videos": [7]}'])
def test_what_is_no_message_is_refused(body: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert Client(Receiver("")).post("/", data=body).status_code == 400
    assert capsys.readouterr().out == "newsreel: something came that is no message of newsreel's\n"
    with serving(Receiver("")) as url, pytest.raises(TargetFailed, match="it answered 400"):
        webhook.post(Address(url, KEY), "1f", {}, NOW)


COMMAND = [sys.executable, "-m", "local.receiver"]


def surroundings(port: int) -> dict[str, str]:
    """The environment of a receiver at this port, which checks no signatures."""
    path = os.pathsep.join((str(ROOT), str(ROOT / "layers/newsreel")))
    return os.environ | {"PYTHONPATH": path, "SECRET": "", "RECEIVER_PORT": str(port)}


def test_it_says_how_to_become_a_target_and_what_is_next() -> None:
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
        environment = surroundings(port)
        taken = subprocess.run(COMMAND, env=environment, check=False, capture_output=True, text=True)
    assert taken.returncode == 1
    assert taken.stdout == f"newsreel: port {port} cannot be used; try make receiver RECEIVER_PORT=3002\n"
    with subprocess.Popen(COMMAND, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        # Nobody waits for ever for what does not end.
        dog = threading.Timer(60, process.kill)
        dog.start()
        said = [process.stdout.readline() for _ in range(3)]
        assert said[1] == f'newsreel:   make targets ADD="receiver" ADDRESS="http://127.0.0.1:{port}/"\n'
        assert requests.post(f"http://127.0.0.1:{port}/", json=MESSAGE, timeout=10).status_code == 204
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate()
        dog.cancel()
    assert process.returncode == 0
    assert rest.splitlines()[-1].startswith("newsreel: stopped; next: make targets REMOVE=")
    assert "videos, for my program" in rest


def test_it_ends_well_while_it_still_says_where_it_is() -> None:
    with subprocess.Popen(COMMAND, env=surroundings(0), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        rest, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert rest.splitlines()[-1].startswith("newsreel: stopped; next: ")

"""The README's program that receives a webhook, as it stands there, and messages as newsreel posts them."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import pytest
import requests

from local.serving import LOOPBACK
from newsreel.errors import TargetFailed
from newsreel.news import webhook
from newsreel.news.addresses import Address, new_signing_key
from newsreel.web.openapi import NEWS
from tests.papers import blocks
from tests.tables import NOW

PROGRAM = blocks("README.md", "python")[1]
PORT = "3001"
KEY = new_signing_key()


class Running(NamedTuple):
    """The program, as it runs."""

    url: str
    printed: IO[str]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The program, on a free port instead of its own."""
    assert PROGRAM.count(PORT) == 1
    with socket.create_server((LOOPBACK, 0)) as listener:
        port = listener.getsockname()[1]
    path: Path = tmp_path_factory.mktemp("readme") / "receiver.py"
    path.write_text(PROGRAM.replace(PORT, str(port)), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, path],
        env=os.environ | {"SECRET": KEY, "PYTHONIOENCODING": "utf-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
    try:
        assert process.stdout is not None
        # Whoever asks before it listens is refused; a request of its own says that it does.
        eventually_listens(port, process)
        yield Running(f"http://{LOOPBACK}:{port}/", process.stdout)
    finally:
        process.kill()
        process.communicate()


def eventually_listens(port: int, process: subprocess.Popen[str]) -> None:
    while process.poll() is None:
        with socket.socket() as client:
            if client.connect_ex((LOOPBACK, port)) == 0:
                return
    raise AssertionError("it has ended")


def test_it_has_ten_lines_and_needs_nothing_installed() -> None:
    assert len([line for line in PROGRAM.splitlines() if line]) <= 10
    (imported,) = re.findall(r"^import (.+)$", PROGRAM, re.MULTILINE)
    assert {name.partition(".")[0] for name in imported.split(", ")} <= sys.stdlib_module_names


def test_a_signed_message_is_taken(program: Running) -> None:
    webhook.post(Address(program.url, KEY), NEWS["id"], NEWS, NOW)
    assert program.printed.readline() == "['The last over']\n"


def test_a_message_that_is_signed_with_another_secret_is_refused(program: Running) -> None:
    with pytest.raises(TargetFailed, match="it answered 403"):
        webhook.post(Address(program.url, new_signing_key()), NEWS["id"], NEWS, NOW)
    assert program.printed.readline() == "forged\n"


@pytest.mark.parametrize("changed", ["body", "timestamp", "signature", "unsigned"])
def test_a_message_that_was_changed_or_not_signed_is_refused(program: Running, changed: str) -> None:
    body, timestamp = b'{"videos": []}', "1795420713"
    headers = {"X-Newsreel-Timestamp": timestamp, "X-Newsreel-Signature": webhook.signature(KEY, timestamp, body)}
    if changed == "body":
        body = b'{"videos":  []}'
    elif changed == "timestamp":
        headers["X-Newsreel-Timestamp"] = "1795420714"
    elif changed == "signature":
        headers["X-Newsreel-Signature"] = headers["X-Newsreel-Signature"][:-1]
    else:
        headers = {}
    assert requests.post(program.url, body, headers=headers, timeout=10).status_code == 403
    assert program.printed.readline() == "forged\n"


def test_the_same_message_as_it_was_is_taken(program: Running) -> None:
    body, timestamp = b'{"videos": []}', "1795420713"
    headers = {"X-Newsreel-Timestamp": timestamp, "X-Newsreel-Signature": webhook.signature(KEY, timestamp, body)}
    assert requests.post(program.url, body, headers=headers, timeout=10).status_code == 204
    assert program.printed.readline() == "[]\n"

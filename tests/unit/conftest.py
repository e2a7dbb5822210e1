"""Unit tests touch nothing outside: a socket that one of them opens is an error."""

import socket
from typing import NoReturn

import pytest


class NoSocket(AssertionError):
    """A unit test tried to open a socket."""


@pytest.fixture(autouse=True)
def no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every socket."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise NoSocket("unit tests open no socket")

    monkeypatch.setattr(socket.socket, "__init__", refuse)

"""Keeps messages outside: where a target's name leads to an address of a private network, nobody goes there.

Python tells of each connection before it is made, with the address that a name was resolved to (audit event
`socket.connect`), so that no library can pass by and no name can point elsewhere a moment later.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from apprise.utils.http import is_public_ip_address


class _Watch:
    """Whether connections are watched just now, and whether one was refused."""

    on = False
    refused = False


def _refuse_inside(event: str, args: tuple[Any, ...]) -> None:
    if event not in ("socket.connect", "socket.sendto") or not _Watch.on:
        return
    address = args[1]
    host = address[0] if isinstance(address, tuple) else ""
    # What is no number was not resolved yet, or is a socket's file.
    public: bool = is_public_ip_address(str(host).partition("%")[0])  # type: ignore[no-untyped-call]
    if not public:
        _Watch.refused = True
        raise ConnectionRefusedError("an address that is not public")


sys.addaudithook(_refuse_inside)


@contextmanager
def kept_outside() -> Iterator[type[_Watch]]:
    """Refuse every connection to an address that is not public meanwhile, whoever of the process makes it.

    Gives what says whether one was `refused`.
    """
    _Watch.on, _Watch.refused = True, False
    try:
        yield _Watch
    finally:
        _Watch.on = False

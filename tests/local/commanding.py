"""Commands that ask newsreel, run on a world."""

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from local import asking
from local.serving import serving
from tests.world import World

VARIABLES = ("ADD", "ADDRESS", "KIND", "REMOVE", "SET", "STACK", "TARGET", "TEST", "VIDEOS")


@pytest.fixture
def running(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Newsreel on this machine, as commands find it."""
    with serving(world.front()) as url:
        monkeypatch.setattr(asking, "here", lambda: asking.Place(url, None, ""))
        yield world


def run(
    main: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    **variables: str,
) -> tuple[int, str]:
    """Run a command; its exit code, and what it prints."""
    for name in VARIABLES:
        monkeypatch.setenv(name, variables.get(name, ""))
    code = 1
    with suppress(SystemExit):
        main()
        code = 0
    seen = capsys.readouterr()
    return code, seen.out + seen.err

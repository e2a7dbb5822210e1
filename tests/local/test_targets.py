"""`make targets`: who is told, listed, changed and tried by command."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from local import asking, queries, targets
from local.serving import serving
from tests.local.commanding import run, running
from tests.world import MINUTE, World, clip

__all__ = ["running"]

type Command = Any


@pytest.fixture
def command(running: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Run `make targets` while the world's time passes; its exit code, and what it prints."""
    # What the clock does on one machine.
    monkeypatch.setattr("time.sleep", lambda _: running.settle(timedelta(seconds=1)))
    return lambda **variables: run(targets.main, monkeypatch, capsys, **variables)


@pytest.fixture
def receiver() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The address of a webhook, and what it gets."""
    got: list[dict[str, Any]] = []

    def app(environ: Any, start_response: Any) -> Any:
        got.append(json.loads(Request(environ).get_data()))
        return Response(status=204)(environ, start_response)

    with serving(app) as url:
        yield f"{url}/a-secret-path", got


def test_targets_are_made_changed_listed_and_removed(running: World, command: Command) -> None:
    assert "nobody is told of new videos" in command()[1]
    code, text = command(ADD="my program", ADDRESS="https://receiver.test/a-secret-path")
    assert code == 0
    assert "my program is told of new videos from now on" in text
    assert "shown this once" in text
    assert len(text.splitlines()[2].strip()) >= 40
    wanted = 'digest=daily; digest_hour=7; zone=Asia/Kolkata; queries=["cricket"]; filters={"search": "world cup"}'
    code, text = command(ADD="team chat", ADDRESS="discord://a-webhook-id/a-secret-token", SET=wanted)
    assert (code, "secret" in text) == (0, False)
    code, text = command(ADD="my program", SET="language=de; paused=true")
    assert "my program is changed" in text
    assert "signed" not in text
    code, text = command()
    assert "  my program: paused (webhook, language=de, nothing told)\n" in text
    daily = f"apprise, {', '.join(wanted.split('; ')[3:] + wanted.split('; ')[:3])}"
    assert f"  team chat: new ({daily}, nothing told)\n" in text
    assert "secret" not in text
    code, text = command(REMOVE="my program")
    assert (code, "my program is told no more" in text) == (0, True)
    assert [each["target"] for each in running.get("/targets").get_json()["targets"]] == ["team chat"]


def test_a_test_message_is_sent_and_what_came_of_it_is_said(
    command: Command,
    receiver: tuple[str, list[dict[str, Any]]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    address, got = receiver
    command(ADD="my program", ADDRESS=address)
    code, text = command(TEST="my program")
    assert (code, "the test message has arrived at my program" in text) == (0, True)
    # The command for queries does the same.
    monkeypatch.setattr(targets, "LOOK", 0)
    code, text = run(queries.main, monkeypatch, capsys, TARGET="my program")
    assert (code, "the test message has arrived at my program" in text) == (0, True)
    assert [each["type"] for each in got] == ["test", "test"]


def test_a_test_message_that_does_not_arrive_is_said_with_the_reason(running: World, command: Command) -> None:
    command(ADD="my program", ADDRESS="http://127.0.0.1:9/a-secret-path")
    code, text = command(TEST="my program")
    assert code == 1
    assert "did not arrive: it cannot be reached" in text
    assert "secret" not in text
    assert running.get("/targets").get_json()["targets"][0]["test_problem"] in text


def test_a_test_message_that_nobody_sends_is_said(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    command(ADD="my program", ADDRESS="https://receiver.test/")
    monkeypatch.setattr(targets, "TEST_PATIENCE", 0)
    code, text = command(TEST="my program")
    assert (code, "was not sent within" in text) == (1, True)


def test_a_failing_target_is_listed_with_its_problem(running: World, command: Command) -> None:
    running.configure(POLL_INTERVAL_SECONDS="60", PACING="fixed")
    running.poll()
    command(ADD="my program", ADDRESS="http://127.0.0.1:9/a-secret-path")
    running.now += MINUTE
    running.add(clip(1, running.now - MINUTE))
    running.poll(news=True)
    running.settle()
    code, text = command()
    assert (code, "my program: failing (webhook, nothing told)\n    since 2026-11-23T12:" in text) == (0, True)
    assert "it cannot be reached" in text
    assert "secret" not in text


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({"ADD": "x"}, "kind must be one of webhook, apprise"),
        ({"ADD": "x", "KIND": "webhook"}, "address must be given, as there is none yet"),
        ({"ADD": "x", "ADDRESS": "http://a-secret@receiver.test/"}, "address must be an https URL"),
        ({"ADD": "x", "KIND": "apprise", "ADDRESS": "https://a-secret.test/"}, "address must be an address as Apprise"),
        ({"ADD": "x", "KIND": "pigeon", "ADDRESS": "https://a-secret.test/"}, "kind must be one of webhook, apprise"),
        ({"ADD": "x", "ADDRESS": "https://a-secret.test/", "SET": "digest=yearly"}, "digest must be one of each"),
        ({"ADD": "x", "ADDRESS": "https://a-secret.test/", "SET": "paused"}, "SET must hold settings such as"),
        ({"REMOVE": "nobody"}, "there are no targets"),
        ({"TEST": "nobody"}, "there are no targets"),
    ],
)
def test_what_is_wrong_is_one_sentence_without_the_address(
    command: Command, variables: dict[str, str], why: str
) -> None:
    code, text = command(**variables)
    assert code == 1
    assert why in text
    assert "a-secret" not in text
    assert len(text.splitlines()) == 1


def test_where_nothing_runs_it_says_how_to_start(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "here", lambda: asking.Place("http://127.0.0.1:9", None, ""))
    code, text = command(ADD="x", ADDRESS="https://a-secret.test/")
    assert (code, "start it first: make run" in text) == (1, True)

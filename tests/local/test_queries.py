"""`make queries`: what is watched, listed and changed by command."""

import json
from typing import Any

import pytest

from local import asking, queries
from tests.local.commanding import run, running
from tests.world import World

__all__ = ["running"]


def command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], **variables: str) -> tuple[int, str]:
    """Run `make queries`; its exit code, and what it prints."""
    return run(queries.main, monkeypatch, capsys, **variables)


def test_queries_are_added_changed_listed_and_removed(
    running: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = command(monkeypatch, capsys)
    assert code == 0
    assert "cricket: new" in text
    assert "next: make queries" in text
    code, text = command(monkeypatch, capsys, ADD="AC/DC live", SET="weight=3; region=de; search=AC/DC -cover")
    assert code == 0
    assert "AC/DC live is watched from now on" in text
    code, text = command(monkeypatch, capsys)
    assert "AC/DC live: new (search='AC/DC -cover', region=DE, weight=3)" in text
    code, text = command(monkeypatch, capsys, ADD="AC/DC live", SET="paused=true")
    assert "AC/DC live is changed" in text
    code, text = command(monkeypatch, capsys)
    assert "AC/DC live: paused (search='AC/DC -cover', region=DE, weight=3)" in text
    code, text = command(monkeypatch, capsys, REMOVE="AC/DC live", VIDEOS="delete")
    assert (code, "is watched no more; its videos are being deleted" in text) == (0, True)
    assert [query["query"] for query in running.get("/queries").get_json()["queries"]] == ["cricket"]


@pytest.mark.parametrize(
    ("variables", "why"),
    [
        ({"ADD": "tennis", "SET": "weight=0"}, "weight must be a whole number from 1 to 100"),
        ({"ADD": "tennis", "SET": "weight"}, "SET must hold settings such as weight=3"),
        ({"ADD": "tennis", "SET": "colour=red"}, "colour is not a setting of a query"),
        ({"ADD": "x" * 101}, "query must be 1 to 100 characters"),
        ({"REMOVE": "nothing"}, "query 'nothing' is not watched"),
        ({"REMOVE": "cricket", "VIDEOS": "burn"}, "videos must be one of keep, delete"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    running: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variables: dict[str, str],
    why: str,
) -> None:
    code, text = command(monkeypatch, capsys, **variables)
    assert code == 1
    assert why in text
    assert len(text.splitlines()) == 1
    assert len(running.get("/queries").get_json()["queries"]) == 1


def test_where_nothing_runs_it_says_how_to_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(asking, "here", lambda: asking.Place("http://127.0.0.1:9", None, ""))
    code, text = command(monkeypatch, capsys)
    assert (code, "start it first: make run" in text) == (1, True)


def test_a_stack_is_found_with_its_password(
    running: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url = asking.here().url
    running.set_passwords(reader="one", editor="two")
    running.configure(ACCESS="private")

    class Session:
        def client(self, service: str) -> Any:
            return {"cloudformation": self, "secretsmanager": self}[service]

        def describe_stacks(self, **_: str) -> Any:
            outputs = {"ApiUrl": url, "PasswordsSecretId": "arn"}
            return {"Stacks": [{"Outputs": [{"OutputKey": key, "OutputValue": outputs[key]} for key in outputs]}]}

        def get_secret_value(self, **_: str) -> Any:
            return {"SecretString": json.dumps({"reader": "one", "editor": "two"})}

    monkeypatch.setattr("boto3.session.Session", Session)
    code, text = command(monkeypatch, capsys, STACK="newsreel", ADD="tennis")
    assert code == 0
    assert "tennis is watched from now on" in text
    assert "next: make queries STACK=newsreel" in text
    assert "two" not in text

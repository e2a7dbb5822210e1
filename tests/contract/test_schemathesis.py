"""Schemathesis over the whole document, against the running API: every check, every phase."""

import os
import subprocess
import sys
from pathlib import Path

from local.engine import Engine
from local.machine import ROOT
from local.template import Template
from tests.filled import filled_world, served

DOCUMENT = ROOT / "functions" / "api" / "openapi.json"
HOOKS = "tests.contract.schemathesis_hooks"


def test_schemathesis_finds_nothing(services: Engine, template: Template, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": HOOKS,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'newsreel'}",
    }
    options = ["--checks", "all", "--seed", "1", "--max-examples", "40", "--no-color", "--continue-on-failure"]
    with filled_world(services, template), served() as url:
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", str(DOCUMENT), "--url", url, *options],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "11 selected / 11 total" in done.stdout

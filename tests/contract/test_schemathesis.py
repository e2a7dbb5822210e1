"""Schemathesis over the whole document, against the running API: every check and phase, with a password and without."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.engine import Engine
from local.machine import ROOT
from local.template import Template
from tests.filled import filled_world, served

DOCUMENT = ROOT / "functions" / "api" / "openapi.json"
HOOKS = "tests.contract.schemathesis_hooks"


PASSWORD = "a-password"


@pytest.mark.long
@pytest.mark.parametrize("access", ["local", "private"])
def test_schemathesis_finds_nothing(services: Engine, template: Template, tmp_path: Path, access: str) -> None:
    document = json.loads(DOCUMENT.read_text("utf-8"))
    if access == "private":
        # Nothing is optional there, so that each path is tried without the password and with a wrong one, too.
        document["security"].remove({})
    (tmp_path / "openapi.json").write_text(json.dumps(document))
    environment = {
        **os.environ,
        "SCHEMATHESIS_HOOKS": HOOKS,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'layers' / 'newsreel'}",
    }
    options = ["--checks", "all", "--seed", "1", "--max-examples", "40", "--no-color", "--continue-on-failure"]
    # Which change is right depends on what is watched and in which version: no schema can say that.
    options += ["--include-method", "GET"]
    if access == "private":
        options += ["--header", f"Authorization: Bearer {PASSWORD}"]
    with filled_world(services, template) as world, world.undisturbed(), served() as url:
        world.set_passwords(reader=PASSWORD)
        world.configure(ACCESS=access)
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "run", "openapi.json", "--url", url, *options],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "16 selected / 21 total" in done.stdout

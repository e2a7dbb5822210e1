"""The garbage collector stands still only while a function starts."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("function", ["api", "fetcher"])
def test_the_collector_runs_once_a_function_is_loaded(function: str) -> None:
    script = f"import functions.{function}.app, gc; print(gc.isenabled(), gc.get_freeze_count() > 10_000)"
    paths = {"PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'layers' / 'newsreel'}"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=os.environ | paths, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"]

"""`local/setup` where something is missing: one sentence that says what, and no stack."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh checkout, as far as the setup reads it."""
    (tmp_path / "local").mkdir()
    for name in ("local/setup", "local/package.json", "local/package-lock.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    return tmp_path


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder of the few commands that the setup needs, and no Python."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("bash", "cat", "cksum", "dirname", "grep", "mkdir", "rm", "sed", "touch", "tr"):
        if found := shutil.which(name):
            (folder / name).symlink_to(found)
    return folder


def setup(checkout: Path, tools: Path, wanted: str = "run", **variables: str) -> list[str]:
    """What the setup says before it fails, line by line."""
    environment = {"PATH": str(tools), "HOME": str(checkout), "UV_PYTHON_DOWNLOADS": "never", "UV_NO_CACHE": "1"}
    done = subprocess.run(
        [tools / "bash", "local/setup", wanted],
        cwd=checkout,
        env=environment | variables,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert all(line.startswith("newsreel: ") for line in lines)
    return lines


def test_without_any_python_it_says_what_to_install(checkout: Path, tools: Path) -> None:
    assert "no Python 3.13 was found" in setup(checkout, tools)[-1]


def test_a_python_that_does_not_run_is_passed_over(checkout: Path, tools: Path) -> None:
    shim = tools / "python3.13"
    shim.write_text("#!/bin/sh\necho 'not selected' >&2\nexit 127\n")
    shim.chmod(0o755)
    assert "no Python 3.13 was found" in setup(checkout, tools)[-1]


def test_a_wrong_python_that_was_named_is_refused(checkout: Path, tools: Path) -> None:
    (line,) = setup(checkout, tools, PYTHON="/bin/false")
    assert "PYTHON=/bin/false is not a Python 3.13" in line


def test_an_unreachable_registry_is_named(checkout: Path, tools: Path) -> None:
    installing, line = setup(
        checkout,
        tools,
        PYTHON=str(ROOT / ".venv/bin/python"),
        PIP_INDEX_URL="http://127.0.0.1:9/simple",
        PIP_CONFIG_FILE="/dev/null",
    )
    assert "installing Python packages" in installing
    assert "the Python package registry could not be reached; check the network" in line


def test_a_folder_that_cannot_be_written_is_named(checkout: Path, tools: Path) -> None:
    (checkout / ".newsreel").write_text("a file in the way")
    (line,) = setup(checkout, tools)
    assert ".newsreel/setup.log cannot be written" in line


def test_an_unknown_set_of_requirements_is_refused(checkout: Path, tools: Path) -> None:
    (line,) = setup(checkout, tools, "nonsense")
    assert "unknown set of requirements" in line

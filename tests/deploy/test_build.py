"""What `sam build` leaves: byte-code that Lambda takes as it is, nothing that does not run, the same every time."""

import hashlib
import importlib.util
import marshal
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import sam
from local.machine import ROOT

pytestmark = pytest.mark.deploy

BUILT = sam.BUILT.parent
TREES = {"ApiFunction": "/var/task", "FetcherFunction": "/var/task", "NewsreelLayer": "/opt"}
"""Built folders, and where Lambda unpacks them."""
UNCHECKED_HASH = b"\x01\x00\x00\x00"
"""The flags of byte-code that is never compared with its source: peps.python.org/pep-0552."""


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    sam.build()


def sources() -> Iterator[tuple[str, Path]]:
    return ((tree, path) for tree in TREES for path in (BUILT / tree).rglob("*.py"))


def test_every_module_has_byte_code_that_is_taken_unseen() -> None:
    assert sum(1 for _ in sources()) > 100
    for tree, path in sources():
        code = Path(importlib.util.cache_from_source(path)).read_bytes()
        assert code[:4] == importlib.util.MAGIC_NUMBER
        assert code[4:8] == UNCHECKED_HASH
        # Stack traces name files as they lie in Lambda, wherever this was built.
        there = Path(TREES[tree], path.relative_to(BUILT / tree))
        assert marshal.loads(code[16:]).co_filename == str(there)  # noqa: S302 - made a moment ago, here


def test_python_loads_the_byte_code() -> None:
    layer = BUILT / "NewsreelLayer" / "python"
    environment = os.environ | {"PYTHONPATH": f"{BUILT / 'FetcherFunction'}{os.pathsep}{layer}"}
    done = subprocess.run(
        [sys.executable, "-v", "-c", "import app"], env=environment, check=True, capture_output=True, text=True
    )
    loaded = [line for line in done.stderr.splitlines() if str(BUILT) in line]
    assert sum(".pyc matches" in line for line in loaded) > 50
    assert not [line for line in loaded if "wrote" in line or "bytecode is stale" in line]


def test_only_what_runs_is_shipped() -> None:
    layer = {path.name for path in (BUILT / "NewsreelLayer" / "python").iterdir()} - {"__pycache__"}
    assert "newsreel" in layer
    assert not {name for name in layer if name.endswith((".dist-info", ".so")) or name in ("bin", "boto3", "tests")}
    names = {path.name for tree in TREES for path in (BUILT / tree).rglob("*")}
    assert not names & {"Makefile", "requirements.in", "requirements.txt", ".DS_Store"}
    # Machine code would fit only one of the architectures.
    assert not [name for name in names if name.endswith(".so")]


def test_the_same_sources_give_the_same_files() -> None:
    before = digests()
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "samcli", "build", "--no-cached"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    assert digests() == before


def digests() -> dict[str, str]:
    return {
        str(path.relative_to(BUILT)): hashlib.sha256(path.read_bytes()).hexdigest()
        for tree in TREES
        for path in (BUILT / tree).rglob("*")
        if path.is_file()
    }

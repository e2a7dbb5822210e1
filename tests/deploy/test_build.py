"""What `sam build` leaves: byte-code that Lambda takes as it is, nothing that does not run, the same every time."""

import hashlib
import importlib.util
import marshal
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local import sam
from local.machine import ROOT
from trim import USED

pytestmark = pytest.mark.deploy

BUILT = sam.BUILT.parent
FUNCTIONS = ("ApiFunction", "EditorFunction", "FetcherFunction", "NotifierFunction")
TREES = dict.fromkeys(FUNCTIONS, "/var/task") | {"NewsreelLayer": "/opt"}
"""Built folders, and where Lambda unpacks them."""
LAYER = BUILT / "NewsreelLayer" / "python"
UNCHECKED_HASH = b"\x01\x00\x00\x00"
"""The flags of byte-code that is never compared with its source: peps.python.org/pep-0552."""


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


def run(*arguments: str, function: str | None = "FetcherFunction") -> subprocess.CompletedProcess[str]:
    """Run Python with what a function has in Lambda, or with the packages as they are installed here."""
    path = [BUILT / function, LAYER] if function else []
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, [*path, ROOT / "layers" / "newsreel"]))}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, check=True, capture_output=True, text=True, cwd=ROOT
    )


def test_python_loads_the_byte_code() -> None:
    loaded = [line for line in run("-v", "-c", "import app").stderr.splitlines() if str(BUILT) in line]
    assert sum(".pyc matches" in line for line in loaded) > 50
    assert not [line for line in loaded if "wrote" in line or "bytecode is stale" in line]


def test_only_what_runs_is_shipped() -> None:
    layer = {path.name for path in LAYER.iterdir()} - {"__pycache__"}
    assert "newsreel" in layer
    assert not {name for name in layer if name.endswith((".dist-info", ".so")) or name in ("bin", "boto3", "tests")}
    names = {path.name for tree in TREES for path in (BUILT / tree).rglob("*")}
    assert not names & {"Makefile", "modules", "requirements.in", "requirements.txt", ".DS_Store"}
    assert not {name for name in names if name.endswith(".dist-info")}


def test_the_notifier_has_what_no_other_function_needs_and_nothing_twice() -> None:
    notifier = {path.name for path in (BUILT / "NotifierFunction").iterdir()} - {"__pycache__"}
    assert {"apprise", "babel", "markdown", "yaml"} <= notifier
    assert "bin" not in notifier
    assert not notifier & {path.name for path in LAYER.iterdir()}
    for function in FUNCTIONS[:-1]:
        assert not notifier & {path.name for path in (BUILT / function).iterdir()} - {"app.py"}


def test_machine_code_is_there_for_both_architectures() -> None:
    modules = [path for tree in TREES for path in (BUILT / tree).rglob("*.so*")]
    suffixes = {"aarch64": ".cpython-313-aarch64-linux-gnu.so", "x86_64": ".cpython-313-x86_64-linux-gnu.so"}
    fitting = [
        {path.name.removesuffix(end) for path in modules if path.name.endswith(end)} for end in suffixes.values()
    ]
    assert fitting[0] == fitting[1]
    assert len(modules) == 2 * len(fitting[0]) == 4


def test_all_loads_without_a_warning() -> None:
    for function, then in (
        ("FetcherFunction", "from newsreel.polling import adapters, poll; adapters.session()"),
        ("NotifierFunction", "from newsreel.news import chat, said, webhook; print(said.Locale('de').language_name)"),
    ):
        done = run("-W", "error", "-c", f"import app; {then}", function=function)
        assert (done.stdout.strip(), done.stderr) == ("Deutsch" if "print" in then else "", "")


def test_botocore_does_for_its_services_what_it_does_untrimmed() -> None:
    script = str(Path(__file__).with_name("described.py"))
    lines = run(script).stdout.splitlines()
    assert len(lines) == sum(map(len, USED.values()))
    assert lines == run(script, function=None).stdout.splitlines()


def test_what_waits_until_it_is_used_is_the_same() -> None:
    names = "print(*(f'{name}: {getattr(it, name)}' for name in sorted(it.__all__)), sep='\\n')"
    addresses = [
        "http://a:1/b?c#d",
        "https://[::1]/%7e",
        "http://[fe80::1%25eth0]:80",
        "//10.0.0.1",
        "HTTP://Ä.test",
        "b",
    ]
    for code in (
        f"import aws_lambda_powertools.event_handler as it; {names}",
        f"import aws_lambda_powertools.utilities.data_classes as it; {names}",
        f"from urllib3.util import parse_url; print(*map(repr, map(parse_url, {addresses})), sep='\\n')",
        f"from botocore.utils import is_valid_endpoint_url; print(*map(is_valid_endpoint_url, {addresses}))",
    ):
        # Where something lies in memory is another matter.
        told, expected = (
            re.sub(r" at 0x\w+", "", run("-c", code, function=each).stdout) for each in ("ApiFunction", None)
        )
        assert len(told) > 30
        assert told == expected


def test_the_same_sources_give_the_same_files_wherever_they_are_built(tmp_path: Path) -> None:
    sam.build("--no-cached", "--build-dir", str(tmp_path))
    assert digests(tmp_path) == digests(BUILT)


def digests(built: Path) -> dict[str, str]:
    return {
        str(path.relative_to(built)): hashlib.sha256(path.read_bytes()).hexdigest()
        for tree in TREES
        for path in (built / tree).rglob("*")
        if path.is_file()
    }

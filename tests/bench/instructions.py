"""Counting what a Python process executes, in instructions: they do not waver as time does on a shared machine.

By valgrind's cachegrind, repeatable within one per cent; Linux only.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

FEW, MANY = 20, 60
"""Rounds in two runs, whose difference is what the rounds between them took."""
END = "\nimport os\nos._exit(0)\n"
"""Ends a process at once: Python's own clearing up is no part of what a function ever does."""


def of_process(python: Path, code: str, path: Sequence[Path] = (), environment: Mapping[str, str] | None = None) -> int:
    """Instructions of a process up to the end of some code, after one run that warms byte-code. Raises SystemExit."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        raise SystemExit("instructions are counted by valgrind, which is not installed: apt-get install valgrind")
    surroundings = (
        # What else a machine's environment has would be looked through, too.
        {name: os.environ[name] for name in ("HOME", "PATH") if name in os.environ}
        | dict(environment or {})
        | {
            "PYTHONPATH": os.pathsep.join(map(str, path)),
            # One order of sets and dictionaries, so that the same code takes the same way.
            "PYTHONHASHSEED": "0",
            # Where a processor copies by one instruction, valgrind counts it once a byte.
            "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-ERMS,-FSRM",
        }
    )
    command = [str(python), "-c", code + END]
    subprocess.run(command, env=surroundings, check=True, stdout=subprocess.DEVNULL)
    counting = [valgrind, "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
    done = subprocess.run([*counting, *command], env=surroundings, check=True, capture_output=True, text=True)
    found = re.search(r"I +refs: +([\d,]+)", done.stderr)
    if found is None:
        raise SystemExit(f"valgrind told no count: {done.stderr}")
    return int(found[1].replace(",", ""))


def of_round(
    python: Path, before: str, each: str, path: Sequence[Path] = (), environment: Mapping[str, str] | None = None
) -> float:
    """Instructions of one warm round of some code, after what comes before it."""
    few, many = (
        of_process(python, f"{before}\nfor _ in range({rounds}):\n    {each}\n", path, environment)
        for rounds in (FEW, MANY)
    )
    return (many - few) / (MANY - FEW)

"""How long the built functions take to start, through Lambda's own runtime interface emulator.

    python -m tests.bench.cold_start

Beside them a function that does nothing, which shows what the runtime itself takes on this machine. Milliseconds waver
with the machine: compare the ratios. Lambda's processors differ, and the first start there reads from a cold disk.
"""

import os
import platform
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from local import sam
from local.machine import ROOT

RUNS = 7
RUNTIME = ROOT / ".newsreel" / "deploy" / "bin" / "python"
"""An environment with what Lambda's runtime has: boto3 and the runtime interface client."""
PROCESSOR = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
SAM = find_spec("samcli")
EMULATOR = Path(SAM.origin if SAM and SAM.origin else "").parent / "local" / "rapid" / f"aws-lambda-rie-{PROCESSOR}"
BUILT = ROOT / ".aws-sam" / "build"
LAYER = BUILT / "NewsreelLayer" / "python"
EVENTS = {"ApiFunction": "api_ping.json", "FetcherFunction": "schedule.json"}
ENVIRONMENT = {
    "VIDEOS_TABLE": "videos",
    "STATE_TABLE": "state",
    "WORDS_TABLE": "words",
    "KEYS_SECRET_ID": "keys",
    "POLL_QUEUE_URL": "queue",
    "QUERIES": "cricket",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    # Only the start is of interest: the call that follows it may fail at once.
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_MAX_ATTEMPTS": "1",
}


def start(folder: Path, event: str) -> float:
    """Milliseconds that one start of the function in a folder takes."""
    emulator, runtime = free_port(), free_port()
    options = ["--runtime-interface-emulator-address", f"127.0.0.1:{emulator}"]
    options += ["--runtime-api-address", f"127.0.0.1:{runtime}", "--log-level", "info"]
    environment = os.environ | ENVIRONMENT | {"PYTHONPATH": f"{folder}{os.pathsep}{LAYER}"}
    with subprocess.Popen(
        [EMULATOR, *options, RUNTIME, "-m", "awslambdaric", "app.handler"],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        try:
            invoke(emulator, event)
            for line in process.stdout:
                if found := re.search(r"INIT REPORT\(durationMs: ([\d.]+)", line):
                    return float(found[1])
        finally:
            process.kill()
    raise SystemExit(f"the function in {folder.name} did not start")


def invoke(port: int, event: str) -> None:
    """Ask the emulator for one invocation, as soon as it listens."""
    url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
    while True:
        try:
            urllib.request.urlopen(url, event.encode(), timeout=60).close()
        except urllib.error.HTTPError:
            return
        except urllib.error.URLError as error:
            if not isinstance(error.reason, ConnectionRefusedError):
                raise
        else:
            return


def free_port() -> int:
    """A port of the loopback that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def main() -> None:
    """Print the table."""
    if not RUNTIME.exists():
        raise SystemExit("the runtime is not installed: run `make bench`, which does that first")
    sam.build()
    with TemporaryDirectory() as empty:
        Path(empty, "app.py").write_text("def handler(event, context):\n    return {}\n", encoding="utf-8")
        folders = {"nothing": (Path(empty), "{}")}
        for name, event in EVENTS.items():
            folders[name] = BUILT / name, (ROOT / "events" / event).read_text(encoding="utf-8")
        # In turn, so that all meet the same moods of the machine.
        times: dict[str, list[float]] = {name: [start(*each)] for name, each in folders.items()}
        for _ in range(RUNS):
            for name, each in folders.items():
                times[name].append(start(*each))
    floor = median(times["nothing"][1:])
    sys.stdout.write(f"start of a function, median of {RUNS}, in milliseconds and beside one that does nothing\n")
    for name, taken in times.items():
        middle = median(taken[1:])
        sys.stdout.write(f"  {name:16}{middle:8.0f}{middle / floor:8.1f}\n")
    sys.stdout.write("next: make bench runs all benchmarks\n\n")


if __name__ == "__main__":
    main()

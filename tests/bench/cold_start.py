"""What the start of a function costs, with its settings read and its clients made, as `sam build` leaves it.

Counted in instructions beside a process that only makes boto3's client of DynamoDB; beside the same tree freshly
compiled, and without any byte-code, as `sam build` leaves functions that do not care. Then in milliseconds through
Lambda's own runtime interface emulator, as a function does while it is loaded: those waver, so compare the ratios.
Lambda's processors differ, and the first start there reads from a cold disk.
"""

import os
import platform
import re
import shutil
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from local import sam
from local.machine import ROOT
from tests.bench import report
from tests.bench.instructions import of_process
from tests.bench.report import Row

TITLE = "Cold start"

RUNS = 7
RUNTIME = ROOT / ".newsreel" / "deploy" / "bin" / "python"
"""An environment with what Lambda's runtime has: boto3 and the runtime interface client."""
PROCESSOR = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
SAM = find_spec("samcli")
EMULATOR = Path(SAM.origin if SAM and SAM.origin else "").parent / "local" / "rapid" / f"aws-lambda-rie-{PROCESSOR}"
BUILT = ROOT / ".aws-sam" / "build"
LAYER = BUILT / "NewsreelLayer" / "python"
CLIENT = "import boto3; boto3.client('dynamodb')"
ALONE = '`boto3.client("dynamodb")` alone'
CLIENTS = "app.settings(); adapters.session(); app.dynamodb(); app.secret(); app.queue()"
NOTIFIER = "import app; app.settings(); app.dynamodb(); app.queue(); app.addresses()"
STARTS = {
    "api": ("ApiFunction", "import app; app.settings(); app.videos(); app.guard()"),
    "fetcher, nothing due": ("FetcherFunction", "import app; app.settings(); app.dynamodb(); app.secret()"),
    "fetcher with a poll": (
        "FetcherFunction",
        f"import app, newsreel.polling.poll; from newsreel.polling import adapters; {CLIENTS}",
    ),
    "notifier, a webhook's turn": ("NotifierFunction", f"import newsreel.news.webhook; {NOTIFIER}"),
    "notifier, a chat's turn": ("NotifierFunction", f"import newsreel.news.chat; {NOTIFIER}"),
}
"""What each function has loaded and made before its first call: nothing due is the usual minute."""
ENVIRONMENT = {
    "VIDEOS_TABLE": "videos",
    "STATE_TABLE": "state",
    "WORDS_TABLE": "words",
    "KEYS_SECRET_ID": "keys",
    "PASSWORDS_SECRET_ID": "passwords",
    "POLL_QUEUE_URL": "queue",
    "NEWS_QUEUE_URL": "news",
    "TARGETS_SECRET_ID": "targets",
    "QUERIES": "cricket",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    # Only the start is of interest: nothing is to be asked.
    "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
    "AWS_MAX_ATTEMPTS": "1",
}


def start(code: str, path: Sequence[Path]) -> float:
    """Milliseconds that Lambda's emulator reports for a start that runs some code."""
    emulator, runtime = free_port(), free_port()
    options = ["--runtime-interface-emulator-address", f"127.0.0.1:{emulator}"]
    options += ["--runtime-api-address", f"127.0.0.1:{runtime}", "--log-level", "info"]
    with TemporaryDirectory() as folder:
        Path(folder, "started.py").write_text(f"{code}\ndef handler(*_): return {{}}\n", encoding="utf-8")
        environment = os.environ | ENVIRONMENT | {"PYTHONPATH": os.pathsep.join(map(str, path))}
        with subprocess.Popen(
            [EMULATOR, *options, RUNTIME, "-m", "awslambdaric", "started.handler"],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            assert process.stdout
            try:
                invoke(emulator)
                for line in process.stdout:
                    if found := re.search(r"INIT REPORT\(durationMs: ([\d.]+)", line):
                        return float(found[1])
            finally:
                process.kill()
    raise SystemExit(f"this did not start on the emulator: {code}")


def invoke(port: int) -> None:
    """Ask the emulator for one invocation, as soon as it listens."""
    url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
    while True:
        try:
            urllib.request.urlopen(url, b"{}", timeout=60).close()
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


def rows() -> Iterator[Row]:
    """Starts in million instructions, then in milliseconds."""
    if not RUNTIME.exists():
        raise SystemExit("the runtime is not installed: run `make bench`, which does that first")
    sam.build()
    starts = [*counted()]
    yield from starts
    with TemporaryDirectory() as folder:
        function, code = next(iter(STARTS.values()))
        copy = Path(folder, "build")
        shutil.copytree(BUILT, copy, ignore=shutil.ignore_patterns("__pycache__"))
        # The first run compiles, the counted one finds what it left.
        fresh = started(copy, function, code)
        yield Row(starts[0].what, starts[0].ours, "freshly compiled", fresh)
        for each in copy.rglob("__pycache__"):
            shutil.rmtree(each)
        bare = started(copy, function, code, {"PYTHONDONTWRITEBYTECODE": "1"})
        yield Row(starts[0].what, starts[0].ours, "without byte-code", bare)
    yield from emulated()


def counted() -> Iterator[Row]:
    """Million instructions of each start of what is built."""
    client = of_process(RUNTIME, CLIENT, (), ENVIRONMENT) / 1e6
    for name, (function, code) in STARTS.items():
        yield Row(f"{name}: million instructions", started(BUILT, function, code), ALONE, client)


def started(built: Path, function: str, code: str, environment: Mapping[str, str] | None = None) -> float:
    """Million instructions of a start."""
    path = built / function, built / "NewsreelLayer" / "python"
    return of_process(RUNTIME, code, path, {**ENVIRONMENT, **(environment or {})}) / 1e6


def emulated() -> Iterator[Row]:
    """Milliseconds of the same starts on the emulator, the median."""
    codes: dict[str, tuple[str, list[Path]]] = {"nothing at all": ("", []), CLIENT: (CLIENT, [])}
    codes |= {name: (code, [BUILT / function, LAYER]) for name, (function, code) in STARTS.items()}
    # In turn, so that all meet the same moods of the machine.
    taken = {name: [start(*each)] for name, each in codes.items()}
    for _ in range(RUNS):
        for name, each in codes.items():
            taken[name].append(start(*each))
    # The first ones found a cold disk.
    middle = {name: median(times[1:]) for name, times in taken.items()}
    theirs = middle.pop(CLIENT)
    for name, ours in middle.items():
        yield Row(f"{name}, on Lambda's emulator: ms", ours, ALONE, theirs)


if __name__ == "__main__":
    report.tell(TITLE, rows())

"""newsreel's local server for `compare.py`, with its DynamoDB, but without the clock that polls.

    python -m tests.bench.serve_newsreel DATA SECONDS

DATA is dynalite's folder, SECONDS how long the api remembers an answer. Prints its URL and dynalite's, then for each
line of its standard input the CPU seconds of the handler until then, and ends with that.
"""

import os
import socket
import sys
import time
from pathlib import Path
from typing import Any

from local import engine
from local.front import Front
from local.invocation import Function
from local.machine import ROOT
from local.own_origin import OwnOrigin
from local.serving import LOOPBACK, serving
from local.template import Template
from tests.bench.cold_start import ENVIRONMENT

TABLES = {"VIDEOS_TABLE": "VideosTable", "STATE_TABLE": "StateTable", "WORDS_TABLE": "WordsTable"}


def main(data: Path, seconds: float) -> None:
    """Serve until standard input ends."""
    with engine.dynalite(data) as dynamodb:
        os.environ.update(ENVIRONMENT | TABLES | {"AWS_ENDPOINT_URL": dynamodb, "ACCESS": "local"})
        import functions.api.app as api  # noqa: PLC0415 - it reads the environment

        api.pages.seconds = api.ready.seconds = seconds
        with socket.create_server((LOOPBACK, 0)) as listener:
            port: int = listener.getsockname()[1]
        spent = 0.0

        def handler(event: dict[str, Any], context: Any) -> Any:
            nonlocal spent
            began = time.thread_time()
            answer = api.handler(event, context)
            spent += time.thread_time() - began
            return answer

        function = Function("api", handler, Template(ROOT / "template.yaml", {}).function("ApiFunction"))
        with serving(OwnOrigin(Front(function), port), port) as url:
            print(url, dynamodb, flush=True)
            for _ in sys.stdin:
                print(spent, flush=True)


main(Path(sys.argv[1]), float(sys.argv[2]))

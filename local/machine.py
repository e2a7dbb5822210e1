"""The whole system on one machine: engine, sample upstream, clock and HTTP front around the functions' own handlers."""

import importlib
import os
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from dotenv import dotenv_values

from local import engine, stack
from local.catalogue import Catalogue, recorded
from local.clock import Clock
from local.console import say, take_over_logs
from local.engine import Engine, EngineError
from local.expiry import delete_expired
from local.front import Front
from local.invocation import Function
from local.made_up import MadeUp
from local.serving import LOOPBACK, serving
from local.template import TABLE, Template
from local.upstream import Limits, Upstream
from newsreel.errors import SettingsError
from newsreel.settings import FetcherSettings, read_settings

ROOT = Path(__file__).parent.parent
DATA = Path(".newsreel")
"""Like `.env`, in the folder where newsreel is started: the checkout, for `make run`."""
PORT = "3000"
HANDLERS = {"FetcherFunction": "functions.fetcher.app", "ApiFunction": "functions.api.app"}
AMPLE = {"SEARCH_CALLS_PER_DAY": "1000000", "UNITS_PER_DAY": "10000000"}
"""Enough for many queries, each polled every 10 seconds."""
FOREIGN = ("AWS_PROFILE", "AWS_SESSION_TOKEN")
"""Settings of the person at the terminal that would contradict the engine's credentials."""
PATIENCE = 1.0
"""Seconds that a poll under way has to end when newsreel is stopped; one that is cut off is repeated later."""
FIRST_EXPIRY, NEXT_EXPIRY = 60.0, 3600.0
"""Seconds until old items are deleted."""


class StartError(Exception):
    """newsreel cannot start; the message says why and what to do."""


def run() -> None:
    """Run until the process is told to end. Raises StartError."""
    settings = {name: value for name, value in (dotenv_values(".env") | os.environ).items() if value}
    port = _free_port(settings.get("PORT", PORT))
    # A proxy for the outside world does not know this machine's loopback.
    os.environ["NO_PROXY"] = ",".join(filter(None, (settings.get("NO_PROXY"), LOOPBACK)))
    with ExitStack() as running:
        keys = settings.get("YOUTUBE_API_KEYS", "")
        recording = settings.get("RECORDING")
        # What is made up or played is kept apart from real videos.
        if recording or not (keys or settings.get("INVIDIOUS_URLS")):
            template = Template(ROOT / "template.yaml", AMPLE | settings)
            catalogue, folder = _catalogue(recording, template.parameters["Queries"])
            limits = Limits(search=int(AMPLE["SEARCH_CALLS_PER_DAY"]), default=int(AMPLE["UNITS_PER_DAY"]))
            upstream = running.enter_context(serving(Upstream(catalogue, _now, limits=limits)))
            template.parameters["YoutubeApiUrl"] = f"{upstream}/youtube/v3"
            keys = "sample"
        else:
            template = Template(ROOT / "template.yaml", settings)
            folder = "videos"
            say("polling YouTube" if keys else "no YOUTUBE_API_KEYS: only the instances of INVIDIOUS_URLS are asked")
        try:
            services = running.enter_context(engine.running(DATA / folder))
            refs = stack.create(template, services, keys)
        except EngineError as error:
            raise StartError(str(error)) from error
        fetcher, api = _functions(template, services, stack.environment(template, refs))
        url = running.enter_context(serving(Front(api), port))
        say(f"watching {template.parameters['Queries']}; the videos are kept in {DATA / folder}")
        say(f"open {url}/ for the dashboard, {url}/docs for the API; Ctrl-C stops")
        clock = Clock(fetcher, stack.queue_source(template, services, refs, fetcher.name), services.sqs)
        running.callback(say, "stopped; `make run` goes on from here")
        running.callback(clock.stop, PATIENCE)
        clock.start()
        threading.Thread(target=_expire, args=(services, template), daemon=True).start()
        threading.Event().wait()


def _now() -> datetime:
    return datetime.now(UTC)


def _free_port(text: str) -> int:
    try:
        port = int(text)
        with socket.create_server((LOOPBACK, port)):
            return port
    except (ValueError, OverflowError):
        raise StartError(f"PORT must be a number up to 65535, not {text!r}") from None
    except OSError as error:
        message = f"port {text} cannot be used ({os.strerror(error.errno or 0).lower()}); try `make run PORT=3001`"
        raise StartError(message) from None


def _catalogue(recording: str | None, queries: str) -> tuple[Catalogue, str]:
    """The sample upstream's videos, and the name of the folder for what newsreel finds of them."""
    if not recording:
        say("no YOUTUBE_API_KEYS: a sample upstream on this machine makes the videos up")
        return MadeUp(query.strip() for query in queries.split(",")), "sample"
    path = Path(recording)
    try:
        catalogue = recorded(path, _now())
    except OSError as error:
        raise StartError(f"RECORDING={recording} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise StartError(f"RECORDING={recording} cannot be played: {error}") from None
    say(f"a sample upstream on this machine plays {path.name}, shifted to end now")
    return catalogue, f"recording-{path.stem}"


def _functions(template: Template, services: Engine, environment: Mapping[str, str]) -> tuple[Function, Function]:
    """Fetcher and api, their handlers loaded in the environment that the template gives them."""
    for name in FOREIGN:
        os.environ.pop(name, None)
    os.environ.update(environment)
    os.environ.update(services.environment)
    # Metrics go to CloudWatch by way of standard output, which is the person's here.
    os.environ["POWERTOOLS_METRICS_DISABLED"] = "true"
    try:
        read_settings(FetcherSettings, os.environ)
    except SettingsError as error:
        raise StartError(str(error)) from None
    fetcher, api = (
        Function(name, importlib.import_module(module).handler, template.function(name))
        for name, module in HANDLERS.items()
    )
    take_over_logs()
    return fetcher, api


def _expire(services: Engine, template: Template) -> None:
    pause = FIRST_EXPIRY
    while True:
        time.sleep(pause)
        for name, table in template.of_type(TABLE).items():
            delete_expired(services.dynamodb, name, table, _now())
        pause = NEXT_EXPIRY

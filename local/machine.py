"""The whole system on one machine: engine, sample upstream, clock and HTTP front around the functions' own handlers."""

import importlib
import json
import logging
import os
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from local import engine, environment, kept, pictures, stack
from local.catalogue import Catalogue, recorded
from local.clock import Clock
from local.console import say, take_over_logs
from local.engine import Engine, EngineError
from local.environment import StartError
from local.expiry import delete_expired
from local.front import Front
from local.invocation import Function
from local.made_up import MadeUp
from local.own_origin import OwnOrigin
from local.pictures import Pictures
from local.serving import LOOPBACK, serving
from local.template import TABLE, Template
from local.upstream import Limits, Upstream
from newsreel.errors import SettingsError
from newsreel.news.targets import Targets
from newsreel.settings import ApiSettings, FetcherSettings, read_settings

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

ROOT = Path(__file__).parent.parent
DATA = Path(".newsreel")
"""Like `.env`, in the folder where newsreel is started: the checkout, for `make run`."""
SAMPLE = "sample"
"""The folder for what is found of the made-up videos: what is made up or played is kept apart from real videos."""
PORT = "3000"
PICTURES = "/sample/pictures"
"""Where the HTTP front has the made-up videos' pictures: the dashboard shows those of its own origin."""
HANDLERS = {
    "FetcherFunction": "functions.fetcher.app",
    "ApiFunction": "functions.api.app",
    "EditorFunction": "functions.editor.app",
    "NotifierFunction": "functions.notifier.app",
}
NOTIFIERS = 10
"""So many targets are told at once, as on AWS."""
AMPLE = {"SEARCH_CALLS_PER_DAY": "1000000", "UNITS_PER_DAY": "10000000"}
"""Enough for many queries, each polled every 10 seconds."""
PATIENCE = 1.0
"""Seconds that a poll under way has to end when newsreel is stopped; one that is cut off is repeated later."""
LOOK = 0.5
"""Seconds from one look at whether newsreel is to end to the next."""
FIRST_EXPIRY, NEXT_EXPIRY = 60.0, 3600.0
"""Seconds until old items are deleted."""


def run(ended: Callable[[], bool]) -> None:
    """Run until an exception or `ended` ends it. Raises StartError.

    Ctrl-C raises SystemExit wherever the process is just then. Where Python drops an exception, such as while it clears
    an object up, `ended` ends it a moment later.
    """
    with ExitStack() as running:
        running.callback(logging.disable, logging.NOTSET)
        try:
            _start(environment.settings(), running)
        except (EngineError, BotoCoreError, ClientError, OSError) as error:
            raise StartError(str(error)) from error
        while not ended():
            time.sleep(LOOK)


def _start(known: Mapping[str, str], running: ExitStack) -> None:
    """Start all by these settings; what is to be ended is entered into `running`."""
    environment.shield(known)
    port = _free_port(known.get("PORT", PORT))
    keys, recording = _text(known, "YOUTUBE_API_KEYS"), known.get("RECORDING")
    passwords = _passwords(known)
    # Without a password, whoever is at this machine may do everything; no deployment can be so. There is no bus here.
    known = {**known, "ACCESS": "private" if passwords else "local", "EVENT_BUS": ""}
    if recording or not (keys or known.get("INVIDIOUS_URLS")):
        template = Template(ROOT / "template.yaml", AMPLE | dict(known))
        queries = _queries(template)
        catalogue, folder = _recorded(Path(recording)) if recording else _made_up(queries, port)
        limits = Limits(search=int(AMPLE["SEARCH_CALLS_PER_DAY"]), default=int(AMPLE["UNITS_PER_DAY"]))
        upstream = running.enter_context(serving(Upstream(catalogue, _now, limits=limits)))
        template.parameters["YoutubeApiUrl"] = f"{upstream}/youtube/v3"
        keys = "sample"
    else:
        template = Template(ROOT / "template.yaml", known)
        queries = _queries(template)
        folder = "videos"
        say("polling YouTube" if keys else "no YOUTUBE_API_KEYS: only the instances of INVIDIOUS_URLS are asked")
    began = (DATA / folder).exists()
    services = running.enter_context(engine.running(DATA / folder))
    refs = stack.create(template, services, keys, json.dumps(passwords), kept.addresses(DATA / folder))
    kept.keep_addresses(DATA / folder, services.secrets, refs[stack.ADDRESSES])
    kept.keep_news(DATA / folder, services.sqs, refs["NewsQueue"])
    # A target may be on this machine; no deployment allows that.
    variables = stack.environment(template, refs) | {"TARGET_ADDRESSES": "any"}
    fetcher, api, editor, *notifiers = _functions(template, services, variables)
    front: WSGIApplication = Front(api, editor)
    if folder == SAMPLE:
        front = DispatcherMiddleware(front, {PICTURES: Pictures()})
    front = OwnOrigin(front, port, template.parameters["AllowedOrigin"])
    url = _front_url(front, port, running)
    say(f"watching {', '.join(queries)}; the videos are kept in {DATA / folder}")
    if not began:
        then = ", then new ones come about every ten seconds" if folder == SAMPLE else ""
        say(f"the first polls bring the past day's videos{then}")
    if passwords:
        say("it asks for a password: the user name is reader, the password that of READER_PASSWORD")
    told = [target.name for target in Targets(services.dynamodb, refs["StateTable"]).read()]
    if told:
        say(f"telling {', '.join(told)} of new videos; make targets shows how they fare")
    else:
        say("nobody is told of new videos yet; make receiver shows what a target would get")
    say(f"open {url}/ for the dashboard, {url}/docs for the API; Ctrl-C stops")
    queues = [
        (stack.queue_source(template, services, refs, instances[0].name), instances)
        for instances in ([fetcher], notifiers)
    ]
    clock = Clock(fetcher, queues, services.sqs)
    running.callback(say, "stopped; `make run` goes on from here")
    # What is cut off finds nothing of what it asks for, and is repeated later: that is no news.
    running.callback(logging.disable)
    running.callback(clock.stop, PATIENCE)
    clock.start()
    threading.Thread(target=_expire, args=(services, template), daemon=True).start()


def _now() -> datetime:
    return datetime.now(UTC)


def _passwords(known: Mapping[str, str]) -> dict[str, str]:
    """The passwords by user name; none where nobody is asked. Without one of its own, the editor has the reader's."""
    reader = _text(known, "READER_PASSWORD")
    editor = _text(known, "EDITOR_PASSWORD")
    if editor and not reader:
        raise StartError("EDITOR_PASSWORD is of use only beside READER_PASSWORD")
    return {"reader": reader, "editor": editor or reader} if reader else {}


def _text(known: Mapping[str, str], name: str) -> str:
    """What becomes part of a secret."""
    text = known.get(name, "")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise StartError(f"{name} is not in UTF-8") from None
    return text


def _free_port(text: str) -> int:
    if not re.fullmatch(r"\d{1,5}", text) or int(text) > 65_535:
        raise StartError(f"PORT must be a number up to 65535, not {text!r}")
    try:
        with socket.create_server((LOOPBACK, int(text))) as listener:
            port: int = listener.getsockname()[1]
            return port
    except OSError as error:
        raise _no_port(text, error) from None


def _front_url(front: "WSGIApplication", port: int, running: ExitStack) -> str:
    try:
        return running.enter_context(serving(front, port))
    except OSError as error:
        raise _no_port(str(port), error) from None


def _no_port(port: str, error: OSError) -> StartError:
    reason = os.strerror(error.errno or 0).lower()
    return StartError(f"port {port} cannot be used ({reason}); try `make run PORT=3001`")


def _queries(template: Template) -> Sequence[str]:
    """The queries of settings that the functions take; tables, queue and secrets are made later."""
    try:
        read_settings(ApiSettings, template.environment("ApiFunction", str))
        return read_settings(FetcherSettings, template.environment("FetcherFunction", str)).queries
    except SettingsError as error:
        raise StartError(str(error)) from None


def _made_up(queries: Sequence[str], port: int) -> tuple[Catalogue, str]:
    """The made-up videos, with pictures that the HTTP front will have, and the folder for what is found of them."""
    say("no YOUTUBE_API_KEYS: a sample upstream on this machine makes the videos up")
    url = f"http://{LOOPBACK}:{port}{PICTURES}"
    return MadeUp(queries, thumbnails=partial(pictures.thumbnails, url)), SAMPLE


def _recorded(path: Path) -> tuple[Catalogue, str]:
    """A recording's videos, and the folder for what is found of them."""
    try:
        catalogue = recorded(path, _now())
    except OSError as error:
        raise StartError(f"RECORDING={path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise StartError(f"RECORDING={path} cannot be played: {error}") from None
    say(f"a sample upstream on this machine plays {path.name}, shifted to end now")
    return catalogue, f"recording-{path.stem}"


def _functions(template: Template, services: Engine, variables: Mapping[str, str]) -> list[Function]:
    """Fetcher, api, editor and notifiers, their handlers loaded in the environment that the template gives them."""
    os.environ.update(variables)
    os.environ.update(services.environment)
    # Metrics go to CloudWatch by way of standard output, which is the person's here.
    os.environ["POWERTOOLS_METRICS_DISABLED"] = "true"
    try:
        functions = [
            Function(name, importlib.import_module(module).handler, template.function(name))
            for name, module in HANDLERS.items()
            for _ in range(NOTIFIERS if name == "NotifierFunction" else 1)
        ]
    except ValueError as error:
        # Their loggers are made while they are loaded.
        raise StartError(f"LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR ({error})") from None
    take_over_logs()
    return functions


def _expire(services: Engine, template: Template) -> None:
    pause = FIRST_EXPIRY
    while True:
        time.sleep(pause)
        for name, table in template.of_type(TABLE).items():
            delete_expired(services.dynamodb, name, table, _now())
        pause = NEXT_EXPIRY

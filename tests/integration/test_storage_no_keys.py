"""A key's value is sent to YouTube in one header, and is in no log, no table, no answer and no URL."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from werkzeug.wrappers import Response

import functions.fetcher.app as fetcher
from local.upstream import error
from tests.tables import Tables
from tests.world import START, World, clip

KEY = "AIzaThisIsTheVerySecretKey"
REAL_LOG = fetcher.log
ECHO = f"consumer 'api_key:{KEY}'"


def refused(code: int, reason: str, **more: str) -> Response:
    return error(code, f"Refused to {ECHO}.", reason, **more)


FAILURES = {
    "none": None,
    "spent": refused(403, "quotaExceeded"),
    "no quota": refused(429, "rateLimitExceeded", detail="X", quota_limit="SearchPerDay", quota_limit_value="0"),
    "too fast": refused(429, "rateLimitExceeded"),
    "bad key": refused(400, "badRequest", detail="API_KEY_INVALID"),
    "blocked": refused(403, "forbidden", detail="SERVICE_DISABLED"),
    "bad call": refused(400, "invalidPageToken"),
    "broken": refused(500, "backendError"),
    "page": Response(f"<html>{ECHO}", 502),
    "no JSON": Response(ECHO, 200),
    "no items": Response(json.dumps({"kind": ECHO}), 200),
    "silence": requests.ReadTimeout(ECHO),
}


@pytest.fixture
def logged(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """All that is logged, as it is written."""
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            formatter = fetcher.logger.registered_formatter
            lines.append(formatter.format(record) + repr(record.__dict__))

    def both(report: Any) -> None:
        REAL_LOG(report)
        world.reports.append(report)

    monkeypatch.setattr(fetcher, "log", both)
    kept = Kept()
    loggers = [logging.getLogger(name) for name in ("", fetcher.logger.name)]
    for logger in loggers:
        logger.addHandler(kept)
    yield lines
    for logger in loggers:
        logger.removeHandler(kept)


@pytest.mark.parametrize("name", FAILURES)
def test_a_key_is_shown_nowhere(
    world: World, tables: Tables, logged: list[str], capfd: pytest.CaptureFixture[str], name: str
) -> None:
    urls: list[str] = []
    upstream = world.apps["upstream.test"]

    def watched(environ: dict[str, Any], start_response: Any) -> Any:
        urls.append(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}")
        failure = FAILURES[name]
        if isinstance(failure, Exception):
            raise failure
        return (failure or upstream)(environ, start_response)

    world.apps["upstream.test"] = watched
    world.set_keys(KEY)
    world.restart()
    world.add(clip(1, START))
    world.poll()
    scans = [tables.client.scan(TableName=table)["Items"] for table in tables.environment.values()]
    answers = [
        world.get(path).get_data(as_text=True) for path in ("/videos", "/queries", "/status", "/videos.atom", "/x")
    ]
    assert urls
    assert logged
    printed = capfd.readouterr()
    seen = repr((urls, scans, answers, logged, world.reports, printed))
    assert KEY not in seen
    assert "cricket" in repr(logged)


@pytest.mark.parametrize("text", [f'{{"keys": ["{KEY}",]}}', f"{{keys: [{KEY}]}}", f'keys = ["{KEY}"]', f'"{KEY}'])
def test_a_secret_that_is_hard_to_read_is_shown_nowhere(
    world: World, tables: Tables, logged: list[str], capfd: pytest.CaptureFixture[str], text: str
) -> None:
    world.set_keys(text=text)
    world.schedule()
    scans = [tables.client.scan(TableName=table)["Items"] for table in tables.environment.values()]
    answers = [world.get(path).get_data(as_text=True) for path in ("/queries", "/status")]
    assert logged
    assert KEY not in repr((scans, answers, logged, world.reports, capfd.readouterr()))

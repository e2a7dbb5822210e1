"""The editor: changes what is watched. It is the only function that may."""

from newsreel import startup

# isort: split
import json
import os
from collections.abc import Callable
from copy import replace
from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from newsreel.aws import clients as aws
from newsreel.errors import Changed, Fault, InvalidParameters, NotRead, UnknownQuery
from newsreel.polling.watched_queries import WatchedQueries
from newsreel.settings import EditorSettings, read_settings
from newsreel.times import utc_now
from newsreel.watched import WatchedQuery, read_name
from newsreel.watched import read_settings as read_query_settings
from newsreel.web import access, answers, parameters, shown
from newsreel.web.answers import Answer
from newsreel.web.guard import Guard
from newsreel.web.passwords import PasswordsSecret
from newsreel.web.request import Request, from_event
from newsreel.web.responding import answered

BODY_AT_MOST = 10_000
"""Bytes."""

logger = Logger(service="newsreel")
clock = utc_now
dynamodb = cache(lambda: aws.client("dynamodb"))
app = APIGatewayHttpResolver()


@cache
def settings() -> EditorSettings:
    """The settings, checked on first use."""
    return read_settings(EditorSettings, os.environ)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of an HTTP API, payload format 2.0."""
    return app.resolve(event, context)


@app.route(r"/queries/(?s:.+)\Z", method=["PUT", "DELETE"])
def respond() -> Response[str]:
    """The response to the current request."""
    request = from_event(app.current_event.raw_event, app.lambda_context.aws_request_id)
    changes: dict[str, Callable[[Request], Answer]] = {"PUT": put, "DELETE": delete}
    change = changes[request.method]
    answer = answered(request, lambda: at_the_door(request) or change(request), logger)
    return answers.finished(request, answer, answers.sharing_of(settings().access, settings().allowed_origin))


def at_the_door(request: Request) -> Answer | None:
    """The answer to a request that is not let in; None for others."""
    role = access.wanted(settings().access, editing=True)
    return guard().refusal(request, role, clock()) if role else None


@cache
def guard() -> Guard:
    """Who asks for passwords."""
    secret = PasswordsSecret(aws.client("secretsmanager"), settings().passwords_secret_id, logger.warning)
    return Guard(secret, logger.warning)


def put(request: Request) -> Answer:
    """Watch a query, or change its settings; what the body does not name becomes the default."""
    parameters.read(request.query, ())
    name = _name(request)
    values = read_query_settings(_json(request))
    former = _former(request, name)
    wanted = WatchedQuery(**{"search": name, **values, "name": name})
    if former:
        wanted = replace(wanted, place=former.place, version=former.version)
    written = watched().put(wanted, clock())
    answer = answers.json_answer(shown.query_settings(written), answers.NEVER, version=written.version)
    return answer if former else replace(answer, status=HTTPStatus.CREATED)


def delete(request: Request) -> Answer:
    """Watch a query no more."""
    values = parameters.read(request.query, (parameters.VIDEOS,))
    name = _name(request)
    former = _former(request, name)
    if former is None:
        raise UnknownQuery(name, tuple(query.name for query in watched().read()))
    watched().remove(former, clock(), videos_go=values.get("videos") == "delete")
    return Answer(HTTPStatus.NO_CONTENT)


def watched() -> WatchedQueries:
    """The watched queries."""
    return WatchedQueries(dynamodb(), settings().state_table, settings().queries)


def _name(request: Request) -> str:
    return read_name(request.path.removeprefix("/queries/"))


def _json(request: Request) -> Any:
    if len(request.body) > BODY_AT_MOST:
        raise InvalidParameters(Fault("body", None, f"must have at most {BODY_AT_MOST} bytes"))
    try:
        return json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise InvalidParameters(Fault("body", None, 'must be JSON in UTF-8, such as {} or {"weight": 2}')) from None


def _former(request: Request, name: str) -> WatchedQuery | None:
    """The query as it is, if the request says that it was read so; None where there is none, and none was read.

    Raises Changed, NotRead.
    """
    there = watched().find(name)
    wanted, unwanted = request.headers.get("if-match"), request.headers.get("if-none-match")
    if there is None:
        if wanted:
            raise Changed(f"{name!r} is not watched any more")
        return None
    if unwanted == "*":
        raise Changed(f"{name!r} is watched already")
    if wanted is None:
        raise NotRead(f"{name!r} is watched already: send its ETag as If-Match, so that no one else's change is lost")
    tags = {tag.strip() for tag in wanted.split(",")}
    if not tags & {"*", answers.version_tag(there.version)}:
        raise Changed(f"{name!r} was changed meanwhile; read it again")
    return there


startup.resume_garbage_collection()

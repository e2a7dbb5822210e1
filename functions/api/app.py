"""The api: answers readers over HTTP. It only reads, and never calls YouTube."""

import os
import re
from collections.abc import Callable
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from newsreel import aws, http, parameters, status
from newsreel.errors import Fault, InvalidParameters, TableUnavailable, UnknownQuery, UnknownVideo
from newsreel.key_ring import read_ring
from newsreel.listing import page
from newsreel.poll_state import PollStates
from newsreel.settings import Settings, api_settings
from newsreel.sources.invidious import read_instances
from newsreel.times import utc_now
from newsreel.video import public
from newsreel.videos import Videos

type Handler = Callable[..., Response[str]]

PAGE_AGE = 2
"""Seconds that caches may keep what changes with each poll."""
PING_AGE = 0
RETRY_AFTER = 2
"""Seconds after which a reader may ask again when the table did not answer."""

logger = Logger(service="newsreel")
app = APIGatewayHttpResolver()
paths: list[re.Pattern[str]] = []

clock = utc_now
dynamodb = cache(lambda: aws.client("dynamodb"))


@cache
def settings() -> Settings:
    """The settings, checked on first use."""
    return api_settings(os.environ)


@cache
def videos() -> Videos:
    """The videos table."""
    return Videos(dynamodb(), settings().videos_table, settings().retention)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of an HTTP API, payload format 2.0."""
    return http.finished(event, app.resolve(event, context))


def route(rule: str, content_type: str = http.JSON) -> Callable[[Handler], Handler]:
    """Answer GET and HEAD at a path, to readers who take this content type."""
    paths.append(re.compile(re.sub(r"<\w+>", "[^/]+", rule)))

    def register(answer: Handler) -> Handler:
        def checked(**values: str) -> Response[str]:
            accepted = app.current_event.headers.get("accept", "")
            if not http.acceptable(accepted, content_type):
                return problem(HTTPStatus.NOT_ACCEPTABLE, f"This path has only {content_type}.")
            try:
                return answer(**values)
            except InvalidParameters as error:
                return invalid(error)
            except (UnknownQuery, UnknownVideo) as error:
                return problem(HTTPStatus.NOT_FOUND, str(error))
            except TableUnavailable as error:
                return unavailable(error)
            except Exception:
                logger.exception("unexpected error")
                detail = "Something went wrong here; the request's id helps to find out what."
                return problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)

        app.route(rule, method=["GET", "HEAD"])(checked)
        return answer

    return register


@route("/ping")
def get_ping() -> Response[str]:
    """Say that the function is there, without touching anything else."""
    parameters.read(raw_query(), ())
    return http.json_answer({"message": "Pong!"}, PING_AGE)


@route("/videos")
def get_page() -> Response[str]:
    """One page of a listing."""
    request = parameters.page_request(raw_query(), settings().queries)
    found = page(videos(), request.listing, request.cursor, request.page_size)
    cursors = {"next": found.next_cursor, "prev": found.prev_cursor}
    body = {
        "videos": [public(item) for item in found.items],
        "next_cursor": found.next_cursor,
        "prev_cursor": found.prev_cursor,
    }
    return http.json_answer(body, PAGE_AGE, links(cursors))


@route("/videos/<video_id>")
def get_video(video_id: str) -> Response[str]:
    """One video, as the named query found it, or the first that did."""
    values = parameters.read(raw_query(), (parameters.QUERY,))
    if not re.fullmatch(r"[A-Za-z0-9_-]{11}", video_id):
        raise InvalidParameters(Fault("video_id", video_id, "must be 11 letters, digits, - and _"))
    queries = settings().queries
    named = [parameters.watched_query(values, queries)] if "query" in values else queries
    found = videos().any_of(video_id, named)
    if found is None:
        raise UnknownVideo(f"no video {video_id} is stored")
    return http.json_answer(public(found), PAGE_AGE)


@route("/queries")
def get_queries() -> Response[str]:
    """The watched queries with last and next poll."""
    parameters.read(raw_query(), ())
    states = PollStates(dynamodb(), settings().state_table).read(settings().queries)
    return http.json_answer({"queries": status.queries(states, clock())}, PAGE_AGE)


@route("/status")
def get_status() -> Response[str]:
    """Whether all is well, and if not, what is wrong and what to do."""
    parameters.read(raw_query(), ())
    table = settings().state_table
    body = status.status(
        PollStates(dynamodb(), table).read(settings().queries),
        read_ring(dynamodb(), table),
        read_instances(dynamodb(), table, settings().invidious_urls),
        settings(),
        clock(),
    )
    return http.json_answer(body, PAGE_AGE)


@app.not_found
def not_found(_error: Exception) -> Response[str]:
    """A path that there is not, or a method that it does not have."""
    event = app.current_event
    if not any(path.fullmatch(event.path) for path in paths):
        return problem(HTTPStatus.NOT_FOUND, "There is nothing at this path.")
    allow = {"Allow": http.ALLOWED}
    if event.http_method == "OPTIONS":
        return Response(HTTPStatus.NO_CONTENT, headers=allow | http.PREFLIGHT)
    response = problem(HTTPStatus.METHOD_NOT_ALLOWED, f"This path has only {http.ALLOWED}.")
    response.headers |= allow
    return response


def invalid(error: InvalidParameters) -> Response[str]:
    """400, with every fault."""
    errors = [{"parameter": fault.parameter, "value": fault.value, "detail": fault.problem} for fault in error.faults]
    return problem(HTTPStatus.BAD_REQUEST, str(error), errors=errors)


def unavailable(error: TableUnavailable) -> Response[str]:
    """503, as asking again later may help."""
    logger.warning("table unavailable", extra={"problem": str(error)})
    response = problem(HTTPStatus.SERVICE_UNAVAILABLE, "The store does not answer just now; ask again soon.")
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def problem(code: HTTPStatus, detail: str, **more: Any) -> Response[str]:
    """An error answer to the current request."""
    return http.problem(code, detail, app.lambda_context.aws_request_id, **more)


def raw_query() -> str:
    """The current request's query string, as it was sent."""
    return str(app.current_event.raw_event.get("rawQueryString", ""))


def links(cursors: dict[str, str | None]) -> dict[str, str]:
    """The Link header of a page, if it has neighbours; relative to the page's own address."""
    kept = [pair for pair in parse_qsl(raw_query()) if pair[0] != "cursor"]
    targets = [
        f'<?{urlencode([*kept, ("cursor", cursor)])}>; rel="{name}"' for name, cursor in cursors.items() if cursor
    ]
    return {"Link": ", ".join(targets)} if targets else {}

"""The api: answers readers over HTTP. It only reads, and never calls YouTube."""

from newsreel import startup

# isort: split
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from functools import cache
from http import HTTPMethod, HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from newsreel.aws import clients as aws
from newsreel.aws.attributes import Attributes
from newsreel.errors import (
    Fault,
    InvalidParameters,
    NotThere,
    SettingsError,
    TableUnavailable,
    UnknownQuery,
    UnknownTarget,
    UnknownVideo,
)
from newsreel.ids import is_video_id
from newsreel.library import looking
from newsreel.library.listing import Shelf, block
from newsreel.library.page import Page, page
from newsreel.library.videos import Videos
from newsreel.library.word_index import WordIndex
from newsreel.polling.watched_queries import Watched, WatchedQueries
from newsreel.settings import EVERY_QUERY, ApiSettings, read_settings
from newsreel.times import stamp, utc_now
from newsreel.watched import read_name
from newsreel.web import access, answers, parameters, shown
from newsreel.web.answers import Answer
from newsreel.web.cache import Cache
from newsreel.web.parameters import PageRequest
from newsreel.web.request import Request, from_event
from newsreel.web.responding import answered

if TYPE_CHECKING:
    from newsreel.news.outbox_state import OutboxState
    from newsreel.news.target import Target
    from newsreel.polling.poll_state import PollState
    from newsreel.tracking.state import QueryTracking
    from newsreel.web.guard import Guard

FOLDER = Path(__file__).parent
METHODS = [method.value for method in HTTPMethod]
FOR_ANYBODY = ("/ping",)
"""What is answered without a password, whatever the rest wants."""

STALE_AT_MOST = 60
"""Seconds for which readers go on with what was read last, while the store does not answer."""

logger = Logger(service="newsreel")
clock = utc_now
dynamodb = cache(lambda: aws.client("dynamodb", aws.ANSWERING))

pages: Cache[PageRequest, Page] = Cache(seconds=1, most=128)
"""However many ask, and however they put it, a first page is read from the table once a second."""
ready: Cache[tuple[str, ...], Answer] = Cache(seconds=1, most=128)
"""Ready answers, by the request's URL: who asks for the same in the same second gets the same."""

listed: Cache[tuple[()], Watched] = Cache(seconds=2, most=1)
"""What is watched."""

type Route = Callable[[Request], Answer]
"""How GET is answered at a path."""

app = APIGatewayHttpResolver()
routes: dict[str, Route] = {}
"""By path; `*` stands for any last part."""


@cache
def settings() -> ApiSettings:
    """The settings, checked on first use."""
    return read_settings(ApiSettings, os.environ)


def known() -> Watched:
    """What is watched, as it was a moment ago."""
    return listed.get((), watched_queries().all)


def watched_queries() -> WatchedQueries:
    """What is watched, as it is stored."""
    return WatchedQueries(dynamodb(), settings().state_table, settings().queries)


def names() -> tuple[str, ...]:
    """The names of the watched queries."""
    return tuple(query.name for query in known().queries)


def shelves(query: str = EVERY_QUERY) -> list[Shelf]:
    """The watched queries that a listing is of, with what their owner has blocked."""
    watched = known().queries
    return [
        Shelf(each.name, block(each.blocked_channels, each.blocked_words))
        for each in watched
        if query in (EVERY_QUERY, each.name)
    ]


@cache
def videos() -> Videos:
    """The videos table."""

    def now() -> datetime:
        # Tests replace the clock.
        return clock()

    index = WordIndex(dynamodb(), settings().words_table, settings().retention, now)
    return Videos(dynamodb(), settings().videos_table, settings().retention, index, now)


@cache
def guard() -> "Guard":
    """Who asks for passwords."""
    # Where everybody may read, nobody needs them.
    from newsreel.web.guard import Guard  # noqa: PLC0415
    from newsreel.web.passwords import PasswordsSecret  # noqa: PLC0415

    client = aws.client("secretsmanager", aws.ANSWERING)
    return Guard(PasswordsSecret(client, settings().passwords_secret_id, logger.warning), logger.warning)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of an HTTP API, payload format 2.0."""
    return app.resolve(event, context)


def route(path: str) -> Callable[[Route], Route]:
    """Answer GET and HEAD at a path.

    A path has one content type, whatever `Accept` says: RFC 9110, section 12.5.1, lets a server disregard it, and there
    are feed readers that ask for RSS alone and read Atom all the same.
    """

    def register(answer: Route) -> Route:
        routes[path] = answer
        # Every method comes here, as one that is not allowed has an answer of its own.
        # A stage's own path may come without its slash.
        # A query's name may hold slashes.
        rest = "(?s:.+)" if path == "/queries/*" else "[^/]+"
        rule = re.escape(path).replace(r"\*", rest) if path != "/" else "/?"
        # A rule is a regular expression, in which `$` would let a line's end pass.
        app.route(rf"{rule}\Z", method=METHODS)(lambda: respond(answer))
        return answer

    return register


def respond(found: Route | None) -> Response[str]:
    """The response to the current request, which has come to this route, or to none."""
    request = current_request()
    answer = answered(request, lambda: at_the_door(request) or answer_to(request, found), logger)
    return answers.finished(request, answer, sharing())


def at_the_door(request: Request) -> Answer | None:
    """The answer to a request that is not let in, and to a preflight; None for others.

    It comes before everything else, so that a stranger is not even told which paths there are.
    """
    if request.path in FOR_ANYBODY:
        return None
    role = access.wanted(settings().access)
    if role is None:
        return None
    if answers.is_preflight(request, sharing()):
        return answers.options(request.path, sharing())
    return guard().refusal(request, role, clock())


def sharing() -> answers.Sharing:
    """Who may have answers besides those who ask."""
    try:
        found = settings()
    except SettingsError:
        return answers.NOBODY
    return answers.sharing_of(found.access, found.allowed_origin)


def answer_to(request: Request, found: Route | None) -> Answer:
    """The answer to a request, the ready one if the same was asked for a moment ago. Raises RequestError."""
    if found is None and request.method in METHODS and answers.allowed(request.path) != answers.ALLOWED_OF_TEST:
        raise NotThere(f"There is nothing at this path; there are {', '.join(routes)}.")
    if request.method == "OPTIONS":
        return answers.options(request.path, sharing())
    if found is None or request.method not in ("GET", "HEAD"):
        return not_allowed(request)
    asked = (request.base, request.path, request.query)
    try:
        return ready.get(asked, lambda: found(request), may_be_kept)
    except TableUnavailable as error:
        last = ready.last(asked) if request.path.startswith("/videos") else None
        if last is None or last[1] > STALE_AT_MOST:
            raise
        logger.warning("store unavailable, answered with what was read before", extra={"problem": str(error)})
        return answers.aged(*last)


def may_be_kept(answer: Answer) -> bool:
    """Whether an answer may be given again: not where someone has to see what is there now, to change it."""
    return answer.caching != answers.NEVER


@app.not_found
def not_found(_error: Exception) -> Response[str]:
    """There is no such path; or a method that HTTP itself does not know."""
    return respond(None)


def current_request() -> Request:
    """The request that is being answered."""
    return from_event(app.current_event.raw_event, app.lambda_context.aws_request_id)


@route("/")
def get_dashboard(_request: Request) -> Answer:
    """The dashboard, whatever the query string: the page itself reads from it what to show."""
    return dashboard_page()


@route("/ping")
def get_ping(request: Request) -> Answer:
    """Say that the function is there, without touching anything else."""
    parameters.read(request.query, ())
    return answers.json_answer({"message": "Pong!"}, answers.NEVER)


@route("/videos")
def get_page(request: Request) -> Answer:
    """One page of a listing."""
    found = page_of(parameters.page_request(request.query, names()))
    body: shown.VideoPage = {
        "videos": [shown.video(row.item, row.queries) for row in found.rows],
        "next_cursor": found.next_cursor,
        "prev_cursor": found.prev_cursor,
        "as_of": stamp(found.as_of) if found.as_of else None,
    }
    links = {"next": found.next_cursor, "prev": found.prev_cursor}
    targets = [f'<{request.page_url(cursor)}>; rel="{name}"' for name, cursor in links.items() if cursor]
    return answers.json_answer(body, answers.BRIEFLY, {"Link": ", ".join(targets)} if targets else {})


@route("/videos/*")
def get_video(request: Request) -> Answer:
    """One video, as the named query found it, or the first that did."""
    values, video_id = parameters.read(request.query, (parameters.QUERY,)), request.name
    if not is_video_id(video_id):
        raise InvalidParameters(Fault("video_id", video_id, "must be 11 letters, digits, - and _"))
    query = parameters.watched_query(values, names()) if "query" in values else EVERY_QUERY
    copies = videos().copies(video_id)
    found = list(looking.shown(copies, shelves(query)))
    if not found:
        raise UnknownVideo(f"no video {video_id} is stored")
    return answers.json_answer(shown.video(copies[found[0]], found), answers.BRIEFLY)


@route("/videos.atom")
def get_feed(request: Request) -> Answer:
    """One page of a listing, by default the newest, as an Atom feed."""
    from newsreel.web import feed  # noqa: PLC0415 - most instances are never asked for it

    wanted = parameters.page_request(request.query, names(), parameters.FEED_SIZE)
    found = page_of(wanted)
    body = feed.document(found, wanted, request)
    return Answer(HTTPStatus.OK, "application/atom+xml; charset=utf-8", body, answers.BRIEFLY)


@route("/videos.feed.json")
def get_json_feed(request: Request) -> Answer:
    """The same as a JSON Feed."""
    from newsreel.web import json_feed  # noqa: PLC0415 - most instances are never asked for it

    wanted = parameters.page_request(request.query, names(), parameters.FEED_SIZE)
    body = json_feed.document(page_of(wanted), wanted, request)
    return replace(answers.json_answer(body, answers.BRIEFLY), content_type=json_feed.TYPE)


@route("/opml")
def get_opml(request: Request) -> Answer:
    """A list of feeds, one for every query."""
    from newsreel.web import opml  # noqa: PLC0415 - most instances are never asked for it

    parameters.read(request.query, ())
    return Answer(HTTPStatus.OK, opml.TYPE, opml.document(names(), request.base), answers.BRIEFLY)


@route("/queries")
def get_queries(request: Request) -> Answer:
    """The watched queries with last and next poll."""
    from newsreel.polling.states import PollStates  # noqa: PLC0415 - pages are asked for far more often
    from newsreel.tracking.states import TrackingStates  # noqa: PLC0415 - the same
    from newsreel.web import status  # noqa: PLC0415 - the same

    parameters.read(request.query, ())
    watched = known().queries
    names = [query.name for query in watched]
    states = PollStates(dynamodb(), settings().state_table).read(names)
    trackings = TrackingStates(dynamodb(), settings().state_table).queries(names)
    body = {"queries": status.queries(watched, states, trackings, newest_of(states, trackings), clock())}
    return answers.json_answer(body, answers.BRIEFLY)


@route("/queries/*")
def get_query(request: Request) -> Answer:
    """The settings of one query as they are now, with the version that a change must name."""
    parameters.read(request.query, ())
    name = normalized_name(request)
    query = watched_queries().find(name)
    if query is None:
        raise UnknownQuery(name, tuple(other for other in names() if other != name))
    return answers.json_answer(shown.query_settings(query), answers.NEVER, version=query.version)


@route("/status")
def get_status(request: Request) -> Answer:
    """Whether all is well, and if not, what is wrong and what to do."""
    from newsreel.keys.state import read_ring  # noqa: PLC0415 - pages are asked for far more often
    from newsreel.polling.history import FetchHistory  # noqa: PLC0415 - the same
    from newsreel.polling.refresh_states import RefreshStates  # noqa: PLC0415 - the same
    from newsreel.polling.removals import Removals  # noqa: PLC0415 - the same
    from newsreel.polling.states import PollStates  # noqa: PLC0415 - the same
    from newsreel.sources.instances import Instances  # noqa: PLC0415 - the same
    from newsreel.tracking.states import TrackingStates  # noqa: PLC0415 - the same
    from newsreel.web import status  # noqa: PLC0415 - the same

    parameters.read(request.query, ())
    table = settings().state_table
    watched, removals, _ = known()
    queries = [query.name for query in watched]
    states = PollStates(dynamodb(), table).read(queries)
    tracking = TrackingStates(dynamodb(), table)
    trackings = tracking.queries(queries)
    body = status.status(
        watched,
        Removals(dynamodb(), table).read(removals),
        states,
        newest_of(states, trackings),
        FetchHistory(dynamodb(), table).latest(queries, status.LAST_POLLS),
        RefreshStates(dynamodb(), table).read(),
        tracking.read(),
        trackings,
        read_ring(dynamodb(), table),
        Instances(dynamodb(), table, settings().invidious_urls).read(),
        target_health(),
        settings(),
        clock(),
    )
    return answers.json_answer(body, answers.BRIEFLY)


@route("/targets")
def get_targets(request: Request) -> Answer:
    """Who is told of new videos, and how that fares."""
    from newsreel.web import shown_news  # noqa: PLC0415 - pages are asked for far more often

    parameters.read(request.query, ())
    found = outboxes()
    body: shown_news.Targets = {"targets": [shown_news.target(target, state, clock()) for target, state in found]}
    return answers.json_answer(body, answers.BRIEFLY)


@route("/targets/*")
def get_target(request: Request) -> Answer:
    """The settings of one target as they are now, with the version that a change must name."""
    from newsreel.news.target import read_name  # noqa: PLC0415 - pages are asked for far more often
    from newsreel.news.targets import Targets  # noqa: PLC0415 - the same
    from newsreel.web import shown_news  # noqa: PLC0415 - the same

    parameters.read(request.query, ())
    name = read_name(request.name)
    targets = Targets(dynamodb(), settings().state_table)
    target = targets.find(name)
    if target is None:
        raise UnknownTarget(name, tuple(other.name for other in targets.read()))
    return answers.json_answer(shown_news.target_settings(target), answers.NEVER, version=target.version)


@route("/privacy")
def get_privacy(request: Request) -> Answer:
    """What is kept, for how long, and whom to ask."""
    from newsreel.web import privacy  # noqa: PLC0415 - most instances are never asked for it

    parameters.read(request.query, ())
    return privacy.page(settings())


@route("/openapi.json")
def get_document(request: Request) -> Answer:
    """The OpenAPI document, which is made when building."""
    parameters.read(request.query, ())
    return document()


@route("/docs")
def get_docs(request: Request) -> Answer:
    """Swagger UI."""
    from newsreel.web import docs  # noqa: PLC0415 - most instances are never asked for it

    parameters.read(request.query, ())
    return docs.page()


@route("/docs/*")
def get_docs_file(request: Request) -> Answer:
    """What Swagger UI's page is made of."""
    from newsreel.web import docs  # noqa: PLC0415 - most instances are never asked for it

    parameters.read(request.query, ())
    if request.name not in docs.files():
        raise NotThere("There is no such file; the page at /docs names those that there are.")
    return docs.files()[request.name]


def normalized_name(request: Request) -> str:
    """The query that a path names, however its spaces were typed."""
    return read_name(request.path.removeprefix("/queries/"))


def outboxes() -> list[tuple["Target", "OutboxState"]]:
    """The targets with their states."""
    if not known().targets:
        return []
    from newsreel.news.outbox import Outbox  # noqa: PLC0415 - pages are asked for far more often
    from newsreel.news.targets import targets  # noqa: PLC0415 - the same

    found = targets(known().targets)
    states = Outbox(dynamodb(), settings().state_table).states([target.uid for target in found])
    return list(zip(found, states, strict=True))


def target_health() -> list[shown.TargetHealth]:
    """How the targets fare."""
    if not known().targets:
        return []
    from newsreel.web import shown_news  # noqa: PLC0415 - pages are asked for far more often

    return [shown_news.health(target, state, clock()) for target, state in outboxes()]


def newest_of(states: Iterable["PollState"], trackings: Iterable["QueryTracking"]) -> dict[str, Attributes]:
    """The items of the queries' newest videos, by query."""
    newest = {
        polled.query: max(filter(None, (polled.newest, tracked.newest)), default=None)
        for polled, tracked in zip(states, trackings, strict=True)
    }
    return videos().one_each({query: position.video_id for query, position in newest.items() if position})


@cache
def dashboard_page() -> Answer:
    """The dashboard, put together once."""
    from newsreel.web import dashboard  # noqa: PLC0415 - most instances are never asked for it

    found = dashboard.page(FOLDER / "dashboard", settings().access)
    return Answer(HTTPStatus.OK, "text/html; charset=utf-8", found.body, answers.A_MINUTE, found.headers)


@cache
def document() -> Answer:
    """The OpenAPI document, read once."""
    return Answer(HTTPStatus.OK, answers.JSON, (FOLDER / "openapi.json").read_text("utf-8"), answers.A_MINUTE)


def page_of(wanted: PageRequest) -> Page:
    """A page, kept for a moment if it is a listing's first."""

    def read() -> Page:
        return page(videos(), wanted.listing, wanted.cursor, wanted.page_size, shelves(wanted.listing.query))

    return read() if wanted.cursor else pages.get(wanted, read)


def not_allowed(request: Request) -> Answer:
    """405."""
    methods = answers.allowed(request.path)
    detail = f"This path has only {methods}."
    return answers.problem(HTTPStatus.METHOD_NOT_ALLOWED, detail, request.id, {"Allow": methods})


startup.resume_garbage_collection()

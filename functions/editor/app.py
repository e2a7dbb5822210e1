"""The editor: changes what is watched, and who is told. It is the only function that may."""

from newsreel import startup

# isort: split
import json
import os
from collections.abc import Callable, Mapping
from copy import replace
from functools import cache
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.utilities.typing import LambdaContext

from newsreel.aws import clients as aws
from newsreel.errors import Changed, Fault, InvalidParameters, NotRead, UnknownQuery, UnknownTarget
from newsreel.news import target
from newsreel.news.addresses import Address, Addresses, new_id, new_signing_key
from newsreel.news.queue import NewsQueue
from newsreel.news.target import Target
from newsreel.news.targets import Targets
from newsreel.polling.watched_queries import WatchedQueries
from newsreel.settings import EditorSettings, read_settings
from newsreel.times import utc_now
from newsreel.watched import WatchedQuery, read_name
from newsreel.watched import read_settings as read_query_settings
from newsreel.web import access, answers, parameters, shown, shown_news
from newsreel.web.answers import Answer
from newsreel.web.guard import Guard
from newsreel.web.passwords import PasswordsSecret
from newsreel.web.request import Request, from_event
from newsreel.web.responding import answered

BODY_AT_MOST = 10_000
"""Bytes."""

logger = Logger(service="newsreel")
clock = utc_now
dynamodb = cache(lambda: aws.client("dynamodb", aws.ANSWERING))
queue = cache(lambda: aws.client("sqs", aws.ANSWERING))
app = APIGatewayHttpResolver()


@cache
def settings() -> EditorSettings:
    """The settings, checked on first use."""
    return read_settings(EditorSettings, os.environ)


def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer one request of an HTTP API, payload format 2.0."""
    return app.resolve(event, context)


@app.route(r"/queries/(?s:.+)\Z", method=["PUT", "DELETE"])
def change_query() -> Response[str]:
    """Change what is watched."""
    return respond({"PUT": put_query, "DELETE": delete_query})


@app.route(r"/targets/[^/]+\Z", method=["PUT", "DELETE"])
def change_target() -> Response[str]:
    """Change who is told."""
    return respond({"PUT": put_target, "DELETE": delete_target})


@app.route(r"/targets/[^/]+/test\Z", method=["PUT"])
def send_test() -> Response[str]:
    """Have a test message sent."""
    return respond({"PUT": put_test})


def respond(changes: Mapping[str, Callable[[Request], Answer]]) -> Response[str]:
    """The response to the current request, by its method."""
    request = from_event(app.current_event.raw_event, app.lambda_context.aws_request_id)
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
    client = aws.client("secretsmanager", aws.ANSWERING)
    return Guard(PasswordsSecret(client, settings().passwords_secret_id, logger.warning), logger.warning)


def put_query(request: Request) -> Answer:
    """Watch a query, or change its settings; what the body does not name becomes the default."""
    parameters.read(request.query, ())
    name = _name(request)
    values = read_query_settings(_json(request))
    former = _former(request, name, watched().find(name), "watched")
    wanted = WatchedQuery(**{"search": name, **values, "name": name})
    if former:
        wanted = replace(wanted, place=former.place, version=former.version)
    written = watched().put(wanted, clock())
    answer = answers.json_answer(shown.query_settings(written), answers.NEVER, version=written.version)
    return answer if former else replace(answer, status=HTTPStatus.CREATED)


def delete_query(request: Request) -> Answer:
    """Watch a query no more."""
    values = parameters.read(request.query, (parameters.VIDEOS,))
    name = _name(request)
    former = _former(request, name, watched().find(name), "watched")
    if former is None:
        raise UnknownQuery(name, tuple(query.name for query in watched().read()))
    watched().remove(former, clock(), videos_go=values.get("videos") == "delete")
    return Answer(HTTPStatus.NO_CONTENT)


def put_target(request: Request) -> Answer:
    """Tell a target, or change its settings; what the body does not name becomes the default, but for its address."""
    parameters.read(request.query, ())
    name = target.read_name(request.name)
    former = _former(request, name, targets().find(name), "a target")
    values, url = target.read(_json(request), former, anywhere=settings().target_addresses == "any")
    wanted = Target(**{**values, "name": name, "uid": former.uid if former else new_id()})
    if former:
        wanted = replace(wanted, address_id=former.address_id, version=former.version)
    written, address = _written(wanted, url)
    body: shown_news.WrittenTarget = {
        **shown_news.target_settings(written),
        "secret": (address.signing_key or None) if address else None,
    }
    answer = answers.json_answer(body, answers.NEVER, version=written.version)
    return answer if former else replace(answer, status=HTTPStatus.CREATED)


def _written(wanted: Target, url: str | None) -> tuple[Target, Address | None]:
    """The target as it is written, and its address where it is a new one."""
    now = clock()
    if url is None:
        return targets().put(wanted, now), None
    address = Address(url, new_signing_key() if wanted.kind == "webhook" else "")
    wanted = replace(wanted, address_id=new_id())
    with targets().addresses_held(now):
        addresses().put(wanted.address_id, address)
        written = targets().put(wanted, now)
        forget_addresses()
    return written, address


def forget_addresses() -> None:
    """Forget the addresses that no target has, such as one that was replaced."""
    addresses().keep({each.address_id for each in targets().read()})


def delete_target(request: Request) -> Answer:
    """Tell a target no more."""
    parameters.read(request.query, ())
    name = target.read_name(request.name)
    former = _former(request, name, targets().find(name), "a target")
    if former is None:
        raise _unknown(name)
    with targets().addresses_held(clock()):
        targets().remove(former, clock())
        forget_addresses()
    return Answer(HTTPStatus.NO_CONTENT)


def put_test(request: Request) -> Answer:
    """Have a test message sent to a target, which /targets then tells of."""
    parameters.read(request.query, ())
    name = target.read_name(request.path.split("/")[-2])
    found = targets().find(name)
    if found is None:
        raise _unknown(name)
    NewsQueue(queue(), settings().news_queue_url).test(found.uid)
    return Answer(HTTPStatus.ACCEPTED)


def _unknown(name: str) -> UnknownTarget:
    return UnknownTarget(name, tuple(each.name for each in targets().read()))


def targets() -> Targets:
    """Who is told."""
    return Targets(dynamodb(), settings().state_table)


@cache
def addresses() -> Addresses:
    """The targets' addresses."""
    return Addresses(aws.client("secretsmanager", aws.ANSWERING), settings().targets_secret_id)


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


def _former[T: (WatchedQuery, Target)](request: Request, name: str, there: T | None, what: str) -> T | None:
    """What is there under a name, if the request says that it was read so; None where nothing is, and none was read.

    `what` says what it is there as. Raises Changed, NotRead.
    """
    wanted, unwanted = request.headers.get("if-match"), request.headers.get("if-none-match")
    if there is None:
        if wanted:
            raise Changed(f"{name!r} is not {what} any more")
        return None
    if unwanted == "*":
        raise Changed(f"{name!r} is {what} already")
    if wanted is None:
        raise NotRead(f"{name!r} is {what} already: send its ETag as If-Match, so that no one else's change is lost")
    tags = {tag.strip() for tag in wanted.split(",")}
    if not tags & {"*", answers.version_tag(there.version)}:
        raise Changed(f"{name!r} was changed meanwhile; read it again")
    return there


startup.resume_garbage_collection()

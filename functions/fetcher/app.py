"""The fetcher: woken by the schedule every minute, and by the queue for each poll that is due in between."""

from newsreel import startup

# isort: split
import json
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from newsreel.aws import clients as aws
from newsreel.aws.calls import send_messages
from newsreel.aws.claims import new_claim_id
from newsreel.errors import PollsFailed
from newsreel.keys.budget import Bucket, Budget
from newsreel.keys.ring import KeyRing
from newsreel.keys.secret import KeysSecret
from newsreel.polling.poll_state import DueState
from newsreel.polling.refresh_states import RefreshStates
from newsreel.polling.removals import Removals
from newsreel.polling.schedule import HORIZON, due_polls
from newsreel.polling.states import PollStates
from newsreel.polling.watched_queries import WatchedQueries
from newsreel.settings import FetcherSettings, read_settings
from newsreel.times import instant, stamp, utc_now
from newsreel.tracking.states import TrackingStates
from newsreel.watched import WatchedQuery, rivals

if TYPE_CHECKING:
    from newsreel.polling.poll import Announce, Report
    from newsreel.polling.refresh import Refreshed
    from newsreel.tracking.track import Tracked

logger = Logger(service="newsreel")
metrics = Metrics(namespace="newsreel")

VALUES_AT_MOST = 99

type Deferred = tuple[Mapping[str, Any], datetime]
"""A message to the queue, and when it is to be delivered."""

clock = utc_now
sleep = time.sleep

dynamodb = cache(lambda: aws.client("dynamodb"))
queue = cache(lambda: aws.client("sqs"))


@cache
def settings() -> FetcherSettings:
    """The settings, checked on first use."""
    return read_settings(FetcherSettings, os.environ)


@cache
def secret() -> KeysSecret:
    """The secret, which remembers its value between invocations."""
    return KeysSecret(aws.client("secretsmanager"), settings().keys_secret_id)


def removals() -> Removals:
    """How far removals have come."""
    return Removals(dynamodb(), settings().state_table)


def watched() -> WatchedQueries:
    """The watched queries."""
    return WatchedQueries(dynamodb(), settings().state_table, settings().queries)


def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """Do what is due.

    The schedule's event polls the query that is due longest and puts the minute's other polls, a refresh, tracking and
    removals into the queue. A queue's event does what each message asks for; a message that raised is named in
    `batchItemFailures` and comes again.
    """
    if "Records" in event:
        return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in deliver(event["Records"])]}
    if event.get("source") != "aws.scheduler":
        raise ValueError("neither an event of the scheduler nor of the queue")
    schedule()
    return {"batchItemFailures": []}


def deliver(records: Sequence[dict[str, Any]]) -> list[str]:
    """Do what each message asks for; the ids of those that failed.

    Powertools' batch utility does the same, and brings asyncio and all of Lambda's events with it: a tenth of a start.
    Raises PollsFailed where all failed, so that it counts as an error of the function.
    """
    failed = []
    for record in records:
        try:
            body = json.loads(record["body"])
            if "refresh" in body:
                refresh()
            elif "track" in body:
                track(instant(body["track"]))
            elif "forget" in body:
                forget(body["forget"])
            else:
                run_named(body["query"], body.get("rivals"), told=body.get("news", False))
        except Exception:
            logger.exception("message failed", extra={"message_id": record["messageId"]})
            failed.append(record["messageId"])
    if len(failed) == len(records):
        raise PollsFailed(f"all {len(failed)} messages failed; the log says why")
    return failed


def schedule() -> None:
    """Find out what is due in the coming minute, poll the first, defer the others."""
    now = clock()
    known = watched().all()
    queries = {query.name: query for query in known.queries if not query.paused}
    told = wanted_news(known.targets)
    states = PollStates(dynamodb(), settings().state_table).read_due(list(queries))
    ring = key_ring()
    budget = ring.budget()
    publish_health(states, None if ring.empty and settings().invidious_urls else budget)
    due = due_polls(states, settings().poll_interval, budget.left, now)
    first = due[0] if due and due[0].due_at <= now else None
    among = rivals(known.queries)
    polls: list[Deferred] = [
        (
            {
                "query": each.query,
                "due_at": stamp(each.due_at),
                "rivals": among[each.query],
                "news": told(each.query),
            },
            each.due_at,
        )
        for each in due[1 if first else 0 :]
    ]
    forgotten = [({"forget": each.query}, now) for each in removals().read(known.removals) if not each.done]
    defer([*polls, *due_refresh(now), *due_tracking(now), *forgotten])
    if known.targets:
        call_targets(known.targets, now)
    if first:
        run(queries[first.query], among[first.query], ring, told=told(first.query))


def wanted_news(targets: Sequence[Mapping[str, Any]]) -> Callable[[str], bool]:
    """Whether somebody is to be told of a query's new videos."""
    if not targets:
        return lambda _: bool(settings().event_bus)
    from newsreel.news.targets import targets as read  # noqa: PLC0415 - many have no targets

    found = read(targets)
    return lambda query: bool(settings().event_bus) or any(target.wants(query) for target in found)


def call_targets(targets: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Call the targets whose turn it is in the coming minute, and publish how many cannot be told."""
    from newsreel.news.outbox import Outbox  # noqa: PLC0415 - many have no targets
    from newsreel.news.queue import NewsQueue  # noqa: PLC0415 - the same

    states = Outbox(dynamodb(), settings().state_table).states([target["uid"] for target in targets])
    for state in states:
        turn_at = state.turn_at(now)
        if turn_at and turn_at - now <= HORIZON:
            NewsQueue(queue(), settings().news_queue_url).call(state.uid, turn_at - now)
    metrics.add_metric("TargetsFailing", MetricUnit.Count, sum(state.failing_since is not None for state in states))
    publish()


def announce(query: str, video_ids: Sequence[str]) -> None:
    """Say that these videos are about to be stored."""
    from newsreel.news.queue import News, NewsQueue  # noqa: PLC0415 - most polls find nothing new

    NewsQueue(queue(), settings().news_queue_url).announce(News(new_claim_id(), query, tuple(video_ids)))


def due_refresh(now: datetime) -> Iterator[Deferred]:
    """A refresh, where one falls due in the coming minute."""
    due_at = RefreshStates(dynamodb(), settings().state_table).read().due_in(HORIZON, now)
    if due_at:
        yield {"refresh": stamp(due_at)}, due_at


def due_tracking(now: datetime) -> Iterator[Deferred]:
    """Tracking, where something falls due in the coming minute."""
    due_at = tracking_states().read().due_in(HORIZON, now) if settings().tracking == "on" else None
    if due_at:
        yield {"track": stamp(now + HORIZON)}, due_at


def tracking_states() -> TrackingStates:
    """How tracking fares."""
    return TrackingStates(dynamodb(), settings().state_table)


def defer(messages: Sequence[Deferred]) -> None:
    """Put messages into the queue, each of which is delivered at its time."""
    now = clock()
    delayed = [(message, (due_at - now).total_seconds()) for message, due_at in messages]
    if delayed:
        send_messages(queue(), settings().poll_queue_url, delayed)


def forget(name: str) -> None:
    """Delete some of the videos of a query that was removed, unless it is watched again."""
    from newsreel.polling.adapters import stored_videos  # noqa: PLC0415
    from newsreel.polling.removals import step  # noqa: PLC0415

    asked = [each for each in watched().all(consistent=True).removals if each.query == name]
    for removal in removals().read(asked):
        if removal.done:
            continue
        after = step(removal, stored_videos(dynamodb(), settings(), clock), clock())
        removals().note(after, clock())
        logger.info("videos removed", extra={"removal": after._asdict()})
        if not after.done:
            defer([({"forget": name}, clock())])


def refresh() -> None:
    """Refresh the stored videos that are due, and log and publish what came of it."""
    # Most minutes nothing is due.
    from newsreel.polling.adapters import adapters  # noqa: PLC0415
    from newsreel.polling.refresh import refresh  # noqa: PLC0415

    queries = [query.name for query in watched().read()]
    done = refresh(queries, settings(), adapters(dynamodb(), settings(), key_ring(), clock, sleep))
    if done is None or not (done.asked or done.problem):
        logger.debug("nothing to refresh")
        return
    log_refresh(done)
    metrics.add_metric("VideosRefreshed", MetricUnit.Count, done.asked)
    metrics.add_metric("VideosChanged", MetricUnit.Count, done.changed)
    metrics.add_metric("VideosGone", MetricUnit.Count, done.gone)
    metrics.add_metric("YouTubeUnits", MetricUnit.Count, done.units)
    publish()


def track(until: datetime) -> None:
    """Do what is due of tracking; go on by another message where more is due before `until`, the next event's time."""
    from newsreel.polling.adapters import adapters  # noqa: PLC0415 - many minutes nothing is due
    from newsreel.tracking.track import track  # noqa: PLC0415 - the same

    if settings().tracking == "off":
        return
    known = watched().all()
    told = wanted_news(known.targets)

    def announce_of(query: str) -> "Announce | None":
        return announce if told(query) else None

    queries = [query for query in known.queries if not query.paused]
    made = adapters(dynamodb(), settings(), key_ring(), clock, sleep)
    done = track(queries, settings(), made, tracking_states(), announce_of)
    if done is None:
        logger.debug("no channel is due")
        return
    log_tracking(done)
    metrics.add_metric("VideosNew", MetricUnit.Count, done.new)
    metrics.add_metric("YouTubeUnits", MetricUnit.Count, done.units)
    add_spans("PublishedToStored", done.delays)
    add_shares("TrackingPrecision", done.verdicts)
    publish()
    if done.next_due_at < until:
        defer([({"track": stamp(until)}, done.next_due_at)])


def run_named(name: str, among: float | None, *, told: bool = False) -> None:
    """Poll the query of a message, if it is still watched."""
    query = watched().find(name)
    if query is None or query.paused:
        logger.info("query is no longer watched", extra={"query": name})
        return
    # A message of the release before this one does not say among how many.
    among = among or rivals([query, *(each for each in watched().read() if each.name != name)])[name]
    run(query, among, key_ring(), told=told)


def run(query: WatchedQuery, among: float, ring: KeyRing, *, told: bool) -> None:
    """Poll one query, as one of so many rivals, by these keys, if it is due; log and publish what came of it.

    `told`: somebody is to be told of its new videos.
    """
    # Most minutes nothing is due, and without a poll a start takes two thirds.
    from newsreel.polling.adapters import adapters  # noqa: PLC0415
    from newsreel.polling.poll import poll  # noqa: PLC0415

    report = poll(
        query, among, settings(), adapters(dynamodb(), settings(), ring, clock, sleep), announce if told else None
    )
    if report is None:
        logger.debug("poll not due", extra={"query": query.name})
        return
    log(report)
    fetch = report.fetch
    metrics.add_metric("VideosSeen", MetricUnit.Count, fetch.seen)
    metrics.add_metric("VideosNew", MetricUnit.Count, fetch.new)
    calls = "InvidiousCalls" if fetch.source == "invidious" else "YouTubeSearchCalls"
    metrics.add_metric(calls, MetricUnit.Count, fetch.calls)
    metrics.add_metric("YouTubeUnits", MetricUnit.Count, fetch.units)
    add_spans("PublishedToStored", report.delays)
    add_spans("LateFoundAge", report.late_ages)
    videos, known = report.known_channels
    add_shares("KnownChannels", [True] * known + [False] * (videos - known))
    publish()


def add_spans(name: str, spans: Sequence[timedelta]) -> None:
    """Add spans to a metric."""
    # A record holds fewer than a hundred values of a metric: of more, every so many stand for all.
    for span in spans[:: len(spans) // VALUES_AT_MOST + 1]:
        metrics.add_metric(name, MetricUnit.Seconds, span.total_seconds())


def add_shares(name: str, cases: Sequence[bool]) -> None:
    """Add cases to a metric whose average is the percentage of those that are true."""
    for case in cases[:: len(cases) // VALUES_AT_MOST + 1]:
        metrics.add_metric(name, MetricUnit.Percent, 100 * case)


def log(report: "Report") -> None:
    """One line for a poll; a warning where something is wrong."""
    line = report.fetch._asdict() | {
        "query": report.query,
        "at": stamp(report.fetch.at),
        "calls_left": report.calls_left,
        "next_due_at": stamp(report.next_due_at),
    }
    (logger.warning if report.fetch.problem else logger.info)("poll", extra={"poll": line})


def log_refresh(done: "Refreshed") -> None:
    """One line for a refresh; a warning where something is wrong."""
    line = done._asdict() | {"at": stamp(done.at), "next_due_at": stamp(done.next_due_at)}
    (logger.warning if done.problem else logger.info)("refresh", extra={"refresh": line})


def log_tracking(done: "Tracked") -> None:
    """One line for a run of tracking that did something; a warning where something is wrong."""
    line = done._asdict() | {"at": stamp(done.at), "next_due_at": stamp(done.next_due_at)}
    if done.problem or done.stopped:
        logger.warning("tracking", extra={"tracking": line})
    elif done.planned or done.new:
        logger.info("tracking", extra={"tracking": line})


def publish_health(states: Iterable[DueState], budget: Budget | None) -> None:
    """Publish the figures of every minute, polls or not, so that an alarm notices silence.

    There is no budget where instances alone are meant to be asked.
    """
    now = clock()
    since = [(now - state.last_success_at).total_seconds() for state in states if state.last_success_at]
    metrics.add_metric("SecondsSinceSuccess", MetricUnit.Seconds, max(0, *since) if since else 0)
    if budget:
        metrics.add_metric("SearchCallsLeft", MetricUnit.Count, budget.left)
        metrics.add_metric("KeysUsable", MetricUnit.Count, budget.per_day // settings().search_calls_per_day)
    metrics.add_metric("GapsOpen", MetricUnit.Count, sum(state.gaps for state in states))
    publish()


def publish() -> None:
    """Hand the figures over, and keep none, even where metrics are switched off."""
    if metrics.metric_set:
        metrics.flush_metrics()
    # Switched off, they would gather until a hundred of them are printed all the same.
    metrics.clear_metrics()


def key_ring() -> KeyRing:
    """The keys with their states as they are now."""
    limits: dict[Bucket, int] = {"search": settings().search_calls_per_day, "default": settings().units_per_day}
    return KeyRing(dynamodb(), settings().state_table, secret(), limits, clock)


startup.resume_garbage_collection()

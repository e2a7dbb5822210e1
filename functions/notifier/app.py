"""The notifier: tells targets of new videos. It is woken by the queue of news."""

from newsreel import startup

# isort: split
import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from newsreel.aws import clients as aws
from newsreel.aws.attributes import Attributes
from newsreel.errors import SecretUnreadable, TargetFailed
from newsreel.library.listing import Block, block
from newsreel.library.videos import Videos
from newsreel.library.word_index import WordIndex
from newsreel.news import sample
from newsreel.news.addresses import Address, Addresses
from newsreel.news.bus import Bus
from newsreel.news.delivery import Adapters, Delivery, deliver
from newsreel.news.intake import take_in
from newsreel.news.outbox import Outbox
from newsreel.news.outbox_state import Event
from newsreel.news.queue import News, NewsQueue, Test, Turn, read_message
from newsreel.news.target import Target
from newsreel.news.targets import targets
from newsreel.polling.watched_queries import Watched, WatchedQueries
from newsreel.settings import NotifierSettings, read_settings
from newsreel.times import stamp, utc_now
from newsreel.web import shown_news

logger = Logger(service="newsreel")
clock = utc_now
dynamodb = cache(lambda: aws.client("dynamodb"))
queue = cache(lambda: aws.client("sqs"))
events = cache(lambda: aws.client("events"))


@cache
def settings() -> NotifierSettings:
    """The settings, checked on first use."""
    return read_settings(NotifierSettings, os.environ)


@cache
def addresses() -> Addresses:
    """The targets' addresses, remembered between invocations."""
    return Addresses(aws.client("secretsmanager"), settings().targets_secret_id)


def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    """Do what each message asks for; one that raised is named in `batchItemFailures` and comes again."""
    # One of its own, as several threads may be here where newsreel runs outside of Lambda.
    processor = BatchProcessor(event_type=EventType.SQS)
    return process_partial_response(event, record_handler=do, processor=processor, context=context)


def do(record: SQSRecord) -> None:
    """Do what a message asks for. What is no message of newsreel's is logged, and does not come again."""
    try:
        message = read_message(record.body)
    except ValueError:
        logger.error("not a message of newsreel's", extra={"message_id": record.message_id})  # noqa: TRY400 - its text may be anything
        return
    try:
        match message:
            case News():
                take(message)
            case Turn(uid):
                turn(uid)
            case Test(uid):
                test(uid)
    except Exception:
        logger.exception("message failed", extra={"message_id": record.message_id})
        raise


def take(news: News) -> None:
    """Take in what the fetcher announced."""
    watched = read_watched()
    bus = Bus(events(), settings().event_bus) if settings().event_bus else None
    done = take_in(news, targets(watched.targets), blocks(watched), outbox(), videos(), news_queue(), bus, clock)
    logger.info("news", extra={"news": done._asdict() | {"id": news.id, "query": news.query, "looks": news.looks}})


def turn(uid: str) -> None:
    """Tell a target what waits for it."""
    watched = read_watched()
    target = find(uid, watched)
    if target is None:
        return
    done = deliver(target, blocks(watched), Adapters(outbox(), videos(), addresses(), news_queue(), send, clock))
    if done:
        report(done)


def test(uid: str) -> None:
    """Tell a target of a video that is made up, and note what came of it."""
    target = find(uid, read_watched())
    if target is None:
        return
    problem, now = None, clock()
    try:
        send(target, addresses().find(target.address_id, now), sample.event(target, now), [sample.item(now)])
    except (TargetFailed, SecretUnreadable) as error:
        problem = str(error)
    outbox().note_test(uid, problem, now)
    (logger.warning if problem else logger.info)("test", extra={"target": target.name, "problem": problem})


def send(target: Target, address: Address, event: Event, items: Sequence[Attributes]) -> None:
    """Send one message. Raises TargetFailed."""
    # Each kind brings libraries that the other does without.
    from newsreel.news.outside import kept_outside  # noqa: PLC0415

    anywhere = settings().target_addresses == "any"
    with nullcontext() if anywhere else kept_outside() as watch:
        try:
            if target.kind == "webhook":
                from newsreel.news import webhook  # noqa: PLC0415

                webhook.post(address, event.id, shown_news.news(target, event, items), clock())
            else:
                from newsreel.news import chat  # noqa: PLC0415
                from newsreel.news.said import say  # noqa: PLC0415

                chat.tell(address, say(event, items, target.language, clock()))
        except TargetFailed:
            if watch and watch.refused:
                raise TargetFailed("its address leads into a private network", sure=True) from None
            raise


def report(done: Delivery) -> None:
    """Log and publish what came of a turn; a warning where something is wrong."""
    line = done._asdict() | {"next_turn_at": stamp(done.next_turn_at) if done.next_turn_at else None}
    line.pop("since_stored")
    (logger.warning if done.problem else logger.info)("told", extra={"told": line})
    # These share no figures with another thread's.
    metrics = EphemeralMetrics(namespace="newsreel")
    if done.problem:
        metrics.add_metric("TargetFailures", MetricUnit.Count, 1)
    else:
        metrics.add_metric("VideosTold", MetricUnit.Count, done.videos)
        for span in done.since_stored[:99]:
            metrics.add_metric("StoredToTold", MetricUnit.Seconds, span.total_seconds())
    metrics.flush_metrics()


def read_watched() -> Watched:
    """The watched queries and the targets, as they are right now."""
    return WatchedQueries(dynamodb(), settings().state_table, settings().queries).all(consistent=True)


def find(uid: str, watched: Watched) -> Target | None:
    """A target, unless it was removed."""
    return next((target for target in targets(watched.targets) if target.uid == uid), None)


def blocks(watched: Watched) -> Mapping[str, Block]:
    """What of each watched query is hidden."""
    return {each.name: block(each.blocked_channels, each.blocked_words) for each in watched.queries}


def outbox() -> Outbox:
    """The targets' outboxes."""
    return Outbox(dynamodb(), settings().state_table)


def news_queue() -> NewsQueue:
    """The queue that this function reads, too."""
    return NewsQueue(queue(), settings().news_queue_url)


def videos() -> Videos:
    """The videos table."""
    index = WordIndex(dynamodb(), settings().words_table, settings().retention, clock)
    return Videos(dynamodb(), settings().videos_table, settings().retention, index, clock)


startup.resume_garbage_collection()

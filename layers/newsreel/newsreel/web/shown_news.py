"""What is shown of targets, and what they get; apart from `shown`, as pages do without."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal, TypedDict

from newsreel.aws.attributes import Attributes
from newsreel.news import sample
from newsreel.news.choosing import MESSAGE_AT_MOST
from newsreel.news.outbox_state import Event, OutboxState
from newsreel.news.target import Digest, Kind
from newsreel.news.target import Target as Told
from newsreel.times import stamp
from newsreel.web import shown
from newsreel.web.shown import Count, Query, Schema, TargetHealth, TargetName, Time, Video


class TargetSettings(TypedDict):
    """The settings of a target. Its address is never shown."""

    target: TargetName
    kind: Kind
    queries: list[Query]
    """The watched queries that it is told of. None: all."""
    filters: dict[str, str]
    """Which of their videos, as `/videos` takes filters."""
    language: str
    """Of times."""
    digest: Digest
    digest_hour: Annotated[int, Schema(minimum=0, maximum=23)]
    """When a daily digest is told, by the clock of `zone`."""
    zone: str
    paused: bool


class WrittenTarget(TargetSettings):
    """A target as it was just written."""

    secret: str | None
    """What a webhook's messages are signed with from now on, where its address was given. It is never shown again."""


class Target(TargetHealth):
    """A target, and how it fares."""

    settings: TargetSettings


class Targets(TypedDict):
    """Who is told of new videos."""

    targets: list[Target]


class News(TypedDict):
    """What a webhook gets by POST."""

    id: str
    """Of this event; a repeat of it has the same."""
    type: Literal["videos", "test"]
    """A test has one video, which is made up."""
    target: TargetName
    at: Time
    """When the event was made."""
    videos: Annotated[list[Video], Schema(maxItems=MESSAGE_AT_MOST)]
    """The oldest first."""
    left_out: Count
    """Older videos of which the target is told nothing more, as it has failed for long."""


def target_settings(target: Told) -> TargetSettings:
    """The settings of a target as readers see them."""
    return {
        "target": target.name,
        "kind": target.kind,
        "queries": list(target.queries),
        "filters": dict(target.filters),
        "language": target.language,
        "digest": target.digest,
        "digest_hour": target.digest_hour,
        "zone": target.zone,
        "paused": target.paused,
    }


def health(target: Told, state: OutboxState, now: datetime) -> TargetHealth:
    """How a target fares, as readers see it."""
    return {
        "target": target.name,
        "state": state.health(target, now),
        "problem": state.problem,
        "failing_since": _time(state.failing_since),
        "last_told_at": _time(state.last_told_at),
        "told": state.told,
        "next_turn_at": _time(state.due_at),
        "tested_at": _time(state.tested_at),
        "test_problem": state.test_problem,
    }


def target(told: Told, state: OutboxState, now: datetime) -> Target:
    """A target as readers see it."""
    return {**health(told, state, now), "settings": target_settings(told)}


def news(target: Told, event: Event, items: Sequence[Attributes]) -> News:
    """What a webhook gets."""
    return {
        "id": event.id,
        "type": "test" if sample.is_sample(event) else "videos",
        "target": target.name,
        "at": stamp(event.made_at),
        "videos": [shown.video(item) for item in items],
        "left_out": event.left_out,
    }


def _time(moment: datetime | None) -> str | None:
    return stamp(moment) if moment else None

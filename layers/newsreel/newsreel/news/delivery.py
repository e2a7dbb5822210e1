"""A target's turn: what waits for it becomes one message, which is sent, and noted as told.

claim → choose the videos → note the message → send it → note the videos as told → let them wait no more → give the
claim back. Killed at any point, a later turn goes on there: a message that may have arrived keeps its id.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from newsreel.aws.attributes import Attributes
from newsreel.aws.claims import new_claim_id
from newsreel.errors import SecretUnreadable, TargetFailed
from newsreel.library.listing import Block
from newsreel.library.videos import Videos
from newsreel.news.addresses import Address, Addresses
from newsreel.news.choosing import choose
from newsreel.news.outbox import Outbox
from newsreel.news.outbox_state import SOON, SPACING, Event, OutboxState
from newsreel.news.queue import NewsQueue
from newsreel.news.target import Target
from newsreel.times import instant

ALMOST = timedelta(seconds=5)
"""So much too early a call may come, as clocks differ."""

type Send = Callable[[Target, Address, Event, Sequence[Attributes]], None]
"""Sends a message with the items of its videos. Raises TargetFailed."""


class Adapters(NamedTuple):
    """All that a turn touches outside."""

    outbox: Outbox
    videos: Videos
    addresses: Addresses
    queue: NewsQueue
    send: Send
    now: Callable[[], datetime]


class Delivery(NamedTuple):
    """What became of a turn in which something was sent."""

    target: str
    event: str
    videos: int
    left_out: int
    problem: str | None
    next_turn_at: datetime | None
    since_stored: tuple[timedelta, ...] = ()
    """For each video told, the time since it was stored first."""


def deliver(target: Target, blocks: Mapping[str, Block], adapters: Adapters) -> Delivery | None:
    """Tell a target what waits for it, if it is its turn; None where it is not, or nothing was to be told.

    `blocks` has, by query, what is hidden of those that are watched. Raises TableUnavailable, QueueUnavailable.
    """
    claim_id, now, outbox = new_claim_id(), adapters.now(), adapters.outbox
    state = outbox.claim(target.uid, claim_id, now)
    if state is None:
        _call_again(target, adapters)
        return None
    if state.last_told_at and timedelta(0) <= now - state.last_told_at < SPACING:
        _finish(state.due(state.last_told_at + SPACING, now), claim_id, adapters)
        return None
    waiting = outbox.waiting(target.uid)
    state = _settled(state, adapters)
    choice = choose(target, blocks, state, waiting, outbox, adapters.videos, now)
    event = choice.event
    if event is None or target.paused:
        outbox.drop(target.uid, waiting)
        _finish(state.arrived(0, now), claim_id, adapters)
        return None
    first_try = event != state.event
    if first_try and not outbox.note_event(target.uid, claim_id, event):
        return None
    outbox.drop(target.uid, choice.left_out)
    state = state._replace(event=event)
    try:
        adapters.send(target, adapters.addresses.find(target.address_id, now), event, choice.items)
    except (TargetFailed, SecretUnreadable) as error:
        failure = error if isinstance(error, TargetFailed) else TargetFailed(str(error), sure=True)
        after = state.failed(failure, adapters.now(), first_try=first_try)
        _finish(after, claim_id, adapters)
        return Delivery(target.name, event.id, len(event.videos), event.left_out, str(failure), after.due_at)
    told_at = adapters.now()
    outbox.note_told(target.uid, event, told_at)
    outbox.drop(target.uid, [each for each in waiting if each not in choice.later])
    # A message that was sent before the target failed is told apart from what it missed meanwhile.
    after = state.arrived(len(event.videos), told_at, missed=state.missed and bool(choice.later))
    if choice.later:
        after = after.due(told_at + SPACING, told_at)
    _finish(after, claim_id, adapters)
    since_stored = tuple(told_at - instant(item["first_seen_at"]["S"]) for item in choice.items)
    return Delivery(target.name, event.id, len(event.videos), event.left_out, None, after.due_at, since_stored)


def _settled(state: OutboxState, adapters: Adapters) -> OutboxState:
    """The state without a message that has arrived, as its videos were being noted as told."""
    event = state.event
    if event is None:
        return state
    told = adapters.outbox.told(state.uid, (video_id for _, video_id in event.videos))
    if event.id not in told.values():
        return state
    adapters.outbox.note_told(state.uid, event, adapters.now())
    return state.arrived(len(event.videos), event.made_at)


def _finish(after: OutboxState, claim_id: str, adapters: Adapters) -> None:
    """Write the outcome, and call the target if it is soon its turn again."""
    now = adapters.now()
    if adapters.outbox.finish(after, claim_id) and after.due_at and after.due_at - now <= SOON:
        adapters.queue.call(after.uid, after.due_at - now)


def _call_again(target: Target, adapters: Adapters) -> None:
    """Call a target again, where someone else is at it who may not know of what came since."""
    now = adapters.now()
    (state,) = adapters.outbox.states([target.uid], consistent=True)
    if state.due_at and state.due_at <= now + ALMOST:
        adapters.queue.call(target.uid, max(state.due_at - now, SPACING))

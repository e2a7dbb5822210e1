"""The schedule: which polls fall due in the coming minute, and when exactly.

EventBridge fires every minute at best. What is due later in the minute is put into a queue that delivers it on time.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from newsreel.polling.pace import next_due
from newsreel.polling.poll_state import DueState
from newsreel.times import pacific_day

HORIZON = timedelta(minutes=1)
NEVER = datetime.min.replace(tzinfo=UTC)


class DuePoll(NamedTuple):
    """A poll of a query and when it is due."""

    query: str
    due_at: datetime


def due_polls(states: Iterable[DueState], interval: timedelta, calls_left: int, now: datetime) -> list[DuePoll]:
    """The polls due from now until the next event; a quick beat gives several of a query.

    The longest overdue come first. Of those due together, as after a midnight that all had to wait for, first come
    those that were not polled for longest: where there are more queries than calls, all take turns.

    `interval` is the beat of a query that was never polled. `calls_left` are the search calls of all keys: with any, a
    query that waits for a key need not wait for midnight.
    """
    due: list[tuple[datetime, datetime, DuePoll]] = []
    for state in states:
        beat = timedelta(seconds=state.pace_seconds) or interval
        planned = state.due_at or now
        if state.beyond(now) or (calls_left and _waits_today(state, now)):
            planned = now
        at = max(planned, now)
        while at < now + HORIZON:
            due.append((planned, state.last_success_at or NEVER, DuePoll(state.query, at)))
            if beat >= HORIZON:
                break
            planned = at = next_due(planned, at, beat)
    due.sort(key=lambda each: each[:2])
    return [each for _, _, each in due]


def _waits_today(state: DueState, now: datetime) -> bool:
    """Whether a query waits for a key since earlier today; after midnight its due time keeps the queries' order."""
    return state.waiting and state.planned_at is not None and pacific_day(state.planned_at) == pacific_day(now)

"""The schedule: which polls fall due in the coming minute, and when exactly.

EventBridge fires every minute at best. What is due later in the minute is put into a queue that delivers it on time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from newsreel.budget import next_due
from newsreel.poll_state import PollState
from newsreel.times import pacific_day

HORIZON = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class DuePoll:
    """A poll of a query and when it is due."""

    query: str
    due_at: datetime


def due_polls(states: Iterable[PollState], interval: timedelta, calls_left: int, now: datetime) -> list[DuePoll]:
    """The polls due from now until the next event, the longest overdue first; a quick beat gives several of a query.

    `interval` is the beat of a query that was never polled. `calls_left` are the search calls of all keys: with any, a
    query that waits for a key need not wait for midnight.
    """
    due: list[tuple[datetime, DuePoll]] = []
    for state in states:
        beat = timedelta(seconds=state.pace_seconds) or interval
        planned = state.due_at or now
        if state.beyond(now) or (calls_left and _waits_today(state, now)):
            planned = now
        at = max(planned, now)
        while at < now + HORIZON:
            due.append((planned, DuePoll(state.query, at)))
            if beat >= HORIZON:
                break
            planned = at = next_due(planned, at, beat)
    due.sort(key=lambda each: each[0])
    return [each for _, each in due]


def _waits_today(state: PollState, now: datetime) -> bool:
    """Whether a query waits for a key since earlier today; after midnight its due time keeps the queries' order."""
    return state.waiting and state.planned_at is not None and pacific_day(state.planned_at) == pacific_day(now)

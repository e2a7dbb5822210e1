"""Which polls fall due in a minute, and when."""

from copy import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsreel.polling.poll_state import DueState
from newsreel.polling.schedule import HORIZON, due_polls
from newsreel.times import CLOCK_SLACK

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TEN = 10 * SECOND
MIDNIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


def state(query: str, due_in: int, pace: int = 600, **fields: object) -> DueState:
    known = DueState(
        query,
        due_at=NOW + due_in * SECOND,
        planned_at=NOW,
        pace_seconds=pace,
        last_success_at=NOW,
    )
    return replace(known, **fields)  # type: ignore[arg-type]


def due(*states: DueState, calls_left: int = 50, now: datetime = NOW) -> list[tuple[str, int]]:
    """Queries and in how many seconds they are due."""
    polls = due_polls(states, TEN, calls_left, now)
    return [(poll.query, int((poll.due_at - now).total_seconds())) for poll in polls]


def test_a_query_never_polled_is_due_at_once_and_on_the_interval() -> None:
    assert due(DueState("new")) == [("new", second) for second in range(0, 60, 10)]


def test_what_is_due_in_this_minute_and_nothing_later() -> None:
    assert due(state("later", 60), state("soon", 59), state("now", 0)) == [("now", 0), ("soon", 59)]


def test_the_longest_overdue_comes_first_and_at_once() -> None:
    assert due(state("late", -100), state("later", -50), state("latest", -7200)) == [
        ("latest", 0),
        ("late", 0),
        ("later", 0),
    ]


def test_of_those_due_together_the_one_that_succeeded_longest_ago_comes_first() -> None:
    long_ago = state("long ago", 0, last_success_at=NOW - timedelta(days=1))
    never = state("never", 0, last_success_at=None)
    assert due(state("just now", 0), long_ago, never) == [("never", 0), ("long ago", 0), ("just now", 0)]


def test_a_quick_beat_gives_several_polls_of_a_minute() -> None:
    assert due(state("quick", 5, pace=20)) == [("quick", 5), ("quick", 25), ("quick", 45)]


def test_a_query_that_waits_is_due_as_soon_as_a_key_has_calls() -> None:
    waiting = state("waiting", 3600, waiting=True)
    assert due(waiting, calls_left=0) == []
    assert due(waiting, calls_left=1) == [("waiting", 0)]


def test_after_midnight_a_waiting_query_keeps_its_turn() -> None:
    waiting = state("waiting", 0, waiting=True, due_at=MIDNIGHT + 90 * SECOND, planned_at=MIDNIGHT - SECOND)
    assert due(waiting, now=MIDNIGHT) == []
    assert due(waiting, now=MIDNIGHT + 60 * SECOND) == [("waiting", 30)]


def test_a_due_time_of_a_clock_that_ran_ahead_does_not_count() -> None:
    assert due(state("ahead", 10**6, planned_at=NOW + CLOCK_SLACK + SECOND)) == [("ahead", 0)]
    assert due(state("hardly", 3600, planned_at=NOW + CLOCK_SLACK)) == []


@given(st.lists(st.tuples(st.integers(-100_000, 100), st.integers(1, 1000)), max_size=20), st.integers(0, 1))
def test_every_query_due_is_polled_within_the_minute(plans: list[tuple[int, int]], calls_left: int) -> None:
    states = [state(str(number), due_in, pace) for number, (due_in, pace) in enumerate(plans)]
    polls = due_polls(states, TEN, calls_left, NOW)
    assert all(NOW <= poll.due_at < NOW + HORIZON for poll in polls)
    assert {poll.query for poll in polls} == {str(number) for number, (due_in, _) in enumerate(plans) if due_in < 60}
    assert len({(poll.query, poll.due_at) for poll in polls}) == len(polls)

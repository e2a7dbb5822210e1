"""When it is a target's turn: digests by the clock of a zone, pauses after failures, and clocks that ran ahead."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from newsreel.errors import TargetFailed
from newsreel.news.outbox_state import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    PATIENCE_AT_MOST,
    REST,
    RESTS_AFTER,
    Event,
    OutboxState,
    next_turn,
)
from newsreel.news.target import Target
from newsreel.times import CLOCK_SLACK

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
MOMENTS = st.integers(1_767_225_600, 1_861_920_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
ZONES = st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca"])
EVENT = Event("event", NOW, (("cricket", "video000001"),), left_out=3)


@given(now=MOMENTS, zone=ZONES)
def test_each_is_told_at_once_and_hourly_at_the_full_hour(now: datetime, zone: str) -> None:
    assert next_turn(Target("chat", "webhook"), now) == now
    turn = next_turn(Target("chat", "webhook", digest="hourly", zone=zone), now)
    assert timedelta(0) < turn - now <= HOUR
    shown = turn.astimezone(ZoneInfo(zone))
    # There, clocks are put forward by half an hour.
    assert (shown.minute, shown.second) == (0, 0) or zone == "Australia/Lord_Howe"


@given(now=MOMENTS, zone=ZONES, hour=st.integers(0, 23))
@example(now=datetime(2026, 3, 8, 6, 30, tzinfo=UTC), zone="America/New_York", hour=2).via("an hour that is left out")
@example(now=datetime(2026, 11, 1, 5, 30, tzinfo=UTC), zone="America/New_York", hour=1).via("an hour that comes twice")
def test_a_daily_digest_comes_once_a_day_at_its_hour(now: datetime, zone: str, hour: int) -> None:
    target = Target("chat", "webhook", digest="daily", digest_hour=hour, zone=zone)
    turns = [next_turn(target, now)]
    while len(turns) < 4:
        turns.append(next_turn(target, turns[-1]))
    assert timedelta(0) < turns[0] - now <= DAY + HOUR
    for turn in turns:
        shown = turn.astimezone(ZoneInfo(zone))
        # Where clocks are put forward over it, it is an hour beside it.
        assert shown.minute == 0 or zone == "Australia/Lord_Howe"
        assert (shown.hour - hour) % 24 in (0, 1)
    for earlier, later in pairwise(turns):
        assert timedelta(hours=22) < later - earlier < timedelta(hours=26)


def failing(*failures: TargetFailed, step: timedelta = timedelta(0)) -> list[OutboxState]:
    """The states after these failures, each at its turn, or so much later."""
    states, now = [OutboxState("uid", event=EVENT)], NOW
    for failure in failures:
        states.append(states[-1].failed(failure, now, first_try=False))
        assert states[-1].due_at
        now = states[-1].due_at + step
    return states[1:]


def test_pauses_grow_for_a_day_then_it_rests() -> None:
    states = failing(*[TargetFailed("it answered 500", sure=True)] * 150)
    moments = [NOW, *(state.due_at for state in states if state.due_at)]
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert pauses[0] == FIRST_PAUSE
    assert all(later >= earlier for earlier, later in pairwise(pauses))
    of_first_day = [pause for at, pause in zip(moments, pauses, strict=False) if at - NOW < RESTS_AFTER]
    assert max(of_first_day) == LONGEST_PAUSE
    assert set(pauses[len(of_first_day) :]) == {REST}


@given(seconds=st.integers(0, 10**9), failures=st.integers(0, 20))
def test_whoever_asks_to_be_left_alone_is_but_not_for_ever(seconds: int, failures: int) -> None:
    state = OutboxState("uid", failures=failures).failed(
        TargetFailed("it answered 429", sure=True, retry_after=seconds), NOW, first_try=True
    )
    assert state.due_at
    pause = state.due_at - NOW
    assert min(timedelta(seconds=seconds), PATIENCE_AT_MOST) <= pause <= max(LONGEST_PAUSE, PATIENCE_AT_MOST)


def test_who_is_gone_rests_at_once() -> None:
    (state,) = failing(TargetFailed("it answered 410", sure=True, gone=True))
    assert state.due_at == NOW + REST
    assert state.health(Target("chat", "webhook"), NOW) == "resting"


@pytest.mark.parametrize("sure", [True, False])
@pytest.mark.parametrize("first_try", [True, False])
def test_a_message_is_given_up_only_where_it_never_can_have_arrived(sure: bool, first_try: bool) -> None:  # noqa: FBT001
    state = OutboxState("uid", event=EVENT).failed(TargetFailed("", sure=sure), NOW, first_try=first_try)
    assert (state.event is None) == (sure and first_try)
    assert state.left_out == EVENT.left_out


def test_what_arrives_ends_all_trouble() -> None:
    (state,) = failing(TargetFailed("it answered 500", sure=False))
    after = state.arrived(4, NOW + HOUR)
    assert after == OutboxState(
        "uid", due_at=state.due_at, planned_at=state.planned_at, told=4, last_told_at=NOW + HOUR
    )
    assert state.arrived(0, NOW).last_told_at is None


def test_a_turn_is_when_it_is_due_or_when_a_claim_runs_out() -> None:
    assert OutboxState("uid").turn_at(NOW) is None
    assert OutboxState("uid", due_at=NOW + HOUR, planned_at=NOW).turn_at(NOW) == NOW + HOUR
    assert OutboxState("uid", claimed_until=NOW + SECOND).turn_at(NOW) == NOW + SECOND
    assert OutboxState("uid", due_at=NOW + HOUR, planned_at=NOW, claimed_until=NOW).turn_at(NOW) == NOW


def test_a_clock_that_ran_ahead_does_not_count() -> None:
    ahead = NOW + CLOCK_SLACK + SECOND
    assert OutboxState("uid", due_at=NOW + 40 * DAY, planned_at=ahead).turn_at(NOW) == NOW
    assert OutboxState("uid", planned_at=ahead).turn_at(NOW) == NOW


@pytest.mark.parametrize(
    ("state", "paused", "health"),
    [
        (OutboxState("uid"), False, "new"),
        (OutboxState("uid"), True, "paused"),
        (OutboxState("uid", last_told_at=NOW), False, "ok"),
        (OutboxState("uid", last_told_at=NOW, failing_since=NOW - DAY + SECOND), False, "failing"),
        (OutboxState("uid", last_told_at=NOW, failing_since=NOW - DAY), False, "resting"),
    ],
)
def test_how_it_is_called(state: OutboxState, paused: bool, health: str) -> None:  # noqa: FBT001
    assert state.health(Target("chat", "webhook", paused=paused), NOW) == health

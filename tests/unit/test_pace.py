"""Budgets and pace: a day's calls last, are used, and are shared."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsreel.keys.budget import Budget
from newsreel.polling.pace import (
    DAY,
    LONGEST_BACKOFF,
    SWEEP_SHARE,
    backoff,
    can_spare,
    extra_calls,
    next_due,
    pace,
    sweep_spacing,
)

MIDNIGHT = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TEN = 10 * SECOND

spans = st.integers(1, 86_400).map(lambda seconds: timedelta(seconds=seconds))
intervals = st.integers(10, 86_400).map(lambda seconds: timedelta(seconds=seconds))
queries = st.integers(1, 200)
budgets = st.integers(1, 10_000).flatmap(
    lambda per_day: st.builds(Budget, st.integers(0, per_day), st.just(per_day), st.just(MIDNIGHT))
)


def test_one_key_and_one_query_make_one_poll_every_14_4_minutes() -> None:
    full = Budget(99, 100, MIDNIGHT)
    assert pace(full, 1, TEN, "budget", MIDNIGHT - DAY) == timedelta(minutes=14.4)


def test_87_keys_serve_a_query_every_ten_seconds() -> None:
    assert pace(Budget(8_699, 8_700, MIDNIGHT), 1, TEN, "budget", MIDNIGHT - DAY) == TEN


@given(budgets, queries, intervals, spans)
def test_fixed_pacing_is_the_bare_interval(budget: Budget, many: int, interval: timedelta, left: timedelta) -> None:
    assert pace(budget, many, interval, "fixed", MIDNIGHT - left) == interval


@given(budgets, queries, intervals, spans)
def test_the_calls_left_last_until_midnight(budget: Budget, many: int, interval: timedelta, left: timedelta) -> None:
    between = pace(budget, many, interval, "budget", MIDNIGHT - left)
    assert between >= interval
    if many > budget.left + 1:
        assert between > left, "who has had its turn comes again after midnight"
        return
    polls = many * (left / between)
    assert polls <= budget.left + 1.001
    if between > interval:
        assert polls >= budget.left + 0.999, "and none is left over"


@given(budgets, st.integers(1, 199), intervals, spans)
def test_more_queries_never_make_a_pace_quicker(
    budget: Budget, many: int, interval: timedelta, left: timedelta
) -> None:
    now = MIDNIGHT - left
    fewer, more = (pace(budget, number, interval, "budget", now) for number in (many, many + 1))
    assert fewer <= more + timedelta(microseconds=1)


@given(st.integers(-1_000_000, 1_000_000), spans)
def test_a_poll_is_due_later_than_now_and_within_one_pace(late: int, every: timedelta) -> None:
    now = MIDNIGHT + late * SECOND
    due = next_due(MIDNIGHT, now, every)
    assert now < due <= now + every


@given(st.integers(0, 5), st.integers(10, 1000))
def test_a_poll_a_little_late_keeps_the_beat(beats: int, seconds: int) -> None:
    now = MIDNIGHT + (beats * seconds + seconds - 1) * SECOND
    assert next_due(MIDNIGHT, now, seconds * SECOND) == MIDNIGHT + (beats + 1) * seconds * SECOND


@given(budgets, queries)
def test_extra_calls_leave_enough_for_the_newest(budget: Budget, many: int) -> None:
    extra = extra_calls(budget, many)
    assert (extra > 0) is can_spare(budget, many)
    assert extra <= max(1, budget.left // (10 * many))
    assert budget.left - extra >= 0


@given(st.integers(10, 10_000), queries, st.integers(1, 16))
def test_sweeps_take_a_tenth_of_a_day_at_most(per_day: int, many: int, rarity: int) -> None:
    spacing = sweep_spacing(Budget(per_day, per_day, MIDNIGHT), many, rarity)
    assert many * rarity * (DAY / spacing) <= per_day / SWEEP_SHARE + 1e-3


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_pauses_grow_up_to_a_quarter_of_an_hour(failures: int, jitter: float) -> None:
    pause = backoff(failures, jitter)
    assert timedelta(seconds=5) <= pause <= LONGEST_BACKOFF
    assert backoff(failures + 1, jitter) >= pause

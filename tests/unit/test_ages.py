"""Ages: each video is asked for near each of them, whenever refreshes run, and none twice."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from newsreel.library.item import RENEWAL_LATE
from newsreel.polling.ages import DAY, EARLY, FOUND_LATE, HOUR, ages, due, next_due, patience, stretches
from newsreel.video import RENEWED_EVERY
from tests.world import MINUTE, START

MONTH = 28 * DAY
retentions = st.integers(1, 3650).map(lambda days: timedelta(days=days))
pauses = st.lists(st.integers(1, 3 * 24 * 60).map(lambda minutes: minutes * MINUTE), max_size=40)


def test_the_ages_that_are_promised() -> None:
    assert [*ages(MONTH)] == [*EARLY, 25 * DAY]
    assert [age / DAY for age in ages(100 * DAY)] == [1 / 24, 1 / 4, 1, 3, 7, 14, 25, 50, 75, 100]
    assert len([*ages(3650 * DAY)]) == 152
    assert [*ages(DAY)] == [HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY]


@given(retentions)
def test_what_is_kept_longer_is_asked_for_every_25_days(retention: timedelta) -> None:
    found = [*ages(retention)]
    assert found == sorted(found)
    assert max(found) + RENEWED_EVERY >= retention
    assert max(found) < retention + FOUND_LATE
    owed = [age for age in found if age not in EARLY]
    assert owed == [number * RENEWED_EVERY for number in range(1, len(owed) + 1)]


@given(retentions)
def test_there_is_time_to_refresh_before_a_video_is_deleted(retention: timedelta) -> None:
    assert max(map(patience, ages(retention))) * 2 < RENEWAL_LATE


@given(pauses, retentions)
def test_all_times_come_to_each_age_once_in_order_however_refreshes_are_spaced(
    some: list[timedelta], retention: timedelta
) -> None:
    now, marks = START, dict[timedelta, datetime]()
    following = dict(pairwise([*ages(retention), timedelta.max]))
    for pause in some:
        found = due(marks, retention, now)
        assert (next_due(marks, retention, now) <= now) == bool(found)
        assert [each.owed for each in found] == sorted((each.owed for each in found), reverse=True)
        for each in found:
            assert each.until == now - each.age
            # It goes on where it was, but for what the next age has reached meanwhile.
            reached = now - min(following[each.age], each.age + RENEWED_EVERY)
            assert each.since == max(marks.get(each.age, reached), reached)
            assert each.until - each.since >= patience(each.age)
        marks = {each.age: each.since for each in stretches(marks, retention, now)}
        marks |= {each.age: each.until for each in found}
        assert next_due(marks, retention, now) > now
        now += pause


def test_a_clock_that_ran_ahead_leaves_nothing_out() -> None:
    marks = {age: START + DAY - age for age in ages(MONTH)}
    assert {each.age for each in due(marks, MONTH, START)} == {*ages(MONTH)}


def test_a_clock_that_is_set_back_a_little_repeats_nothing() -> None:
    marks = {age: START - age for age in ages(MONTH)}
    assert due(marks, MONTH, START - MINUTE) == []

"""The watermark against a plain model: for each minute, when it was last looked at."""

from copy import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from newsreel.polling.sweeping import YOUNGEST
from newsreel.polling.watermark import (
    DISORDER,
    FIRST_LOOK,
    OPEN_AT_MOST,
    OVERLAP,
    SETTLING,
    SWEEP_BACKLOG,
    Gap,
    SecondLook,
    Watermark,
    closed,
    covered,
    initial,
    proven,
    sweep_stretch,
    swept,
    window_start,
    without_future,
)
from newsreel.sources.items import PAGE

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SETTLED = SETTLING // MINUTE
AGE = timedelta(hours=6)


class Looked:
    """When each minute since the first look was last asked for, in minutes after the start; and the watermark."""

    def __init__(self) -> None:
        self.now = 0
        self.first = -(FIRST_LOOK // MINUTE)
        self.at: dict[int, int] = {}
        self.mark = initial(START)

    def look(self, since: int, until: int) -> None:
        self.at |= dict.fromkeys(range(since, until), self.now)

    @property
    def time(self) -> datetime:
        return START + self.now * MINUTE

    def poll(self, back: int) -> None:
        """Ask for everything from so many minutes before the mark's end, or after it, up to now."""
        complete = self.minute(self.mark.complete_until)
        since = max(self.first, min(self.now, complete - back))
        self.look(since, self.now)
        self.mark = covered(self.mark, START + since * MINUTE, self.time)

    def close(self, share: int) -> None:
        """Ask for the gap or second look that is due, or for its later part; `share` in tenths."""
        gap = self.mark.due(self.time)
        if gap is None:
            return
        since, until = self.minute(gap.since), self.minute(gap.until)
        reached = until - max(1, (until - since) * share // 10)
        self.look(reached, until)
        self.mark = closed(self.mark, gap, START + reached * MINUTE, self.time)

    @staticmethod
    def minute(moment: datetime) -> int:
        return (moment - START) // MINUTE

    def check(self) -> None:
        """That nothing is claimed that was not looked at, and that what is open is bounded and in order."""
        mark = self.mark
        gaps = {minute for gap in mark.gaps for minute in self.minutes(gap)}
        second = {minute for look in mark.second_looks for minute in self.minutes(look)}
        for minute in range(self.first, self.minute(mark.complete_until)):
            assert minute in self.at or minute in gaps, "claimed complete, never looked at, and no gap"
        for minute in range(self.first, self.minute(mark.settled_until)):
            old_enough = minute in self.at and self.at[minute] - minute >= SETTLED
            assert old_enough or minute in gaps | second, "claimed settled, looked at too early, and no second look"
        assert mark.settled_until <= mark.complete_until <= self.time
        assert len(mark.gaps) + len(mark.second_looks) <= OPEN_AT_MOST
        for kind in (mark.gaps, mark.second_looks):
            assert all(each.since < each.until for each in kind)
            assert list(kind) == sorted(kind, key=lambda each: (each.since, each.until))
        for look in mark.second_looks:
            assert look.ripe_at <= max(self.time, look.until + SETTLING)

    def minutes(self, stretch: Gap | SecondLook) -> range:
        return range(self.minute(stretch.since), self.minute(stretch.until))


steps = st.tuples(st.integers(1, 90) | st.integers(1, 2000), st.sampled_from(["poll", "close"]), st.integers(-60, 60))


@given(st.lists(steps, max_size=80))
def test_nothing_is_claimed_that_was_not_looked_at(what_happens: list[tuple[int, str, int]]) -> None:
    looked = Looked()
    looked.poll(0)
    looked.check()
    for minutes, kind, number in what_happens:
        looked.now += minutes
        if kind == "poll":
            looked.poll(number)
        else:
            looked.close(abs(number) % 11)
        looked.check()


@settings(max_examples=20)
@given(st.lists(st.tuples(st.integers(2, 40), st.integers(-30, -1)), min_size=100, max_size=150))
def test_gaps_stay_few_whatever_is_left_out(polls: list[tuple[int, int]]) -> None:
    looked = Looked()
    for minutes, skipped in polls:
        looked.now += minutes
        looked.poll(skipped)
    looked.check()


@given(st.lists(st.tuples(st.integers(1, 300), st.integers(-60, 60)), max_size=30))
def test_all_gaps_are_closed_in_the_end(polls: list[tuple[int, int]]) -> None:
    looked = Looked()
    for minutes, back in polls:
        looked.now += minutes
        looked.poll(back)
    looked.now += 3000
    looked.poll(SETTLED)
    looked.now += SETTLED
    for _ in range(3 * OPEN_AT_MOST):
        looked.close(10)
    looked.poll(SETTLED)
    looked.check()
    assert not looked.mark.gaps
    assert looked.mark.complete_until == looked.time


def test_gaps_are_closed_oldest_first_and_before_second_looks() -> None:
    old, new = (Gap(START + at * MINUTE, START + (at + 5) * MINUTE) for at in (10, 20))
    early = SecondLook(START, START + MINUTE, START)
    unripe = SecondLook(START - MINUTE, START, START + 60 * MINUTE)
    mark = Watermark(START, START, START, (old, new), (unripe, early))
    assert mark.due(START) == old
    assert replace(mark, gaps=()).due(START) == early
    assert replace(mark, gaps=(), second_looks=(unripe,)).due(START) is None


def test_a_page_full_of_one_second_does_not_hold_a_gap_open_forever() -> None:
    gap = Gap(START, START + timedelta(seconds=2))
    mark = Watermark(START + MINUTE, START + MINUTE, START, (gap,))
    now = START + 60 * MINUTE
    while gaps := mark.gaps:
        mark = closed(mark, gaps[0], gaps[0].until, now)
        assert len(mark.gaps) <= 2
    assert mark.complete_until == START + MINUTE
    assert not mark.second_looks


offsets = st.integers(-4000, 4000)


@given(offsets, st.none() | offsets, st.lists(st.tuples(offsets, st.integers(1, 500)), max_size=5))
def test_a_clock_that_ran_ahead_is_not_believed(
    ahead: int, newest: int | None, stretches: list[tuple[int, int]]
) -> None:
    bounds = [(START + at * MINUTE, START + (at + length) * MINUTE) for at, length in stretches]
    gaps = tuple(Gap(since, until) for since, until in bounds)
    looks = tuple(SecondLook(since, until, until) for since, until in bounds)
    end = START + ahead * MINUTE
    mark = Watermark(end, end, end - YOUNGEST, gaps, looks)
    believed = without_future(mark, START, None if newest is None else START + newest * MINUTE)
    if end <= START:
        assert believed is mark
        return
    assert believed.settled_until <= believed.complete_until <= START
    assert believed.swept_until <= START - YOUNGEST
    assert all(look.ripe_at <= START for look in believed.second_looks)
    assert all(gap.since < believed.complete_until for gap in believed.gaps)
    assert all(look.since < believed.complete_until for look in believed.second_looks)
    if newest is not None:
        assert believed.complete_until <= START + newest * MINUTE
    assert without_future(believed, START, None) == believed


@given(
    st.integers(0, 3000),
    st.lists(st.integers(0, 5000), max_size=PAGE).map(
        lambda minutes: [START - each * MINUTE for each in sorted(minutes)]
    ),
)
def test_a_window_leaves_nothing_unasked_and_reaches_back_a_day_at_most(since: int, known: list[datetime]) -> None:
    complete = START - since * MINUTE
    start = window_start(Watermark(complete, complete, complete), known, START)
    assert start <= complete
    assert start >= min(complete, START - OVERLAP)
    in_window = sum(1 for time in known if time > start)
    assert start == complete or in_window < PAGE, "known ground is asked for only as far as a page holds it"


disordered = st.lists(
    st.tuples(st.integers(0, 600), st.integers(0, int(DISORDER.total_seconds()))), min_size=2, max_size=20
)


@given(disordered, st.integers(1, 10))
def test_a_truncated_answer_left_out_nothing_of_what_it_proves(videos: list[tuple[int, int]], shown: int) -> None:
    """Answers come in the order of times that are off by up to `DISORDER`."""
    answer = sorted(videos, key=lambda video: video[0] + video[1], reverse=True)
    times = [START + second * timedelta(seconds=1) for second, _ in answer]
    limit = proven(times[:shown])
    assert (limit is None) is (shown == 1)
    assert not [time for time in times[shown:] if limit and time > limit]


@given(disordered, st.integers(2, 10), st.integers(0, 10_000), st.data())
def test_one_wrong_time_proves_nothing(
    videos: list[tuple[int, int]], shown: int, wrong: int, data: st.DataObject
) -> None:
    answer = sorted(videos, key=lambda video: video[0] + video[1], reverse=True)
    times = [START + second * timedelta(seconds=1) for second, _ in answer]
    place = data.draw(st.integers(0, min(shown, len(times))))
    limit = proven([*times[:place], START - wrong * MINUTE, *times[place:shown]])
    assert not [time for time in times[shown:] if limit and time > limit]


@given(st.integers(0, 60), st.integers(0, 20_000))
def test_sweeps_look_at_what_is_old_enough_and_never_go_back(days: int, minutes: int) -> None:
    mark = replace(initial(START), swept_until=START - timedelta(days=days))
    now = START + minutes * MINUTE
    since, until = sweep_stretch(mark, AGE, now)
    assert until == now - AGE
    assert since >= until - SWEEP_BACKLOG
    after = swept(mark, until)
    assert after.swept_until == max(mark.swept_until, until)
    again, _ = sweep_stretch(after, AGE, now)
    assert again >= until

"""What sweeps find teaches when and how often to look, within bounds."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from newsreel.polling.sweeping import LOOKS_COUNTED, OLDEST, RAREST, YOUNGEST, LateFinds, SweepPace

finds = st.lists(st.integers(0, 3), max_size=40)


@given(finds)
def test_age_and_share_keep_within_their_bounds(some: list[int]) -> None:
    pace = SweepPace()
    for found in some:
        after = pace.learned(found)
        assert YOUNGEST <= after.age <= OLDEST
        assert 1 <= after.rarity <= RAREST
        if found:
            assert (after.age >= pace.age, after.rarity <= pace.rarity) == (True, True)
        else:
            assert (after.age <= pace.age, after.rarity >= pace.rarity) == (True, True)
        pace = after


def test_a_query_whose_sweeps_find_nothing_hardly_sweeps_and_soon() -> None:
    pace = SweepPace()
    for _ in range(10):
        pace = pace.learned(0)
    assert pace == SweepPace(YOUNGEST, RAREST)
    for _ in range(10):
        pace = pace.learned(1)
    assert pace == SweepPace(OLDEST, 1)


@given(st.lists(st.tuples(st.integers(0, 3), st.lists(st.integers(0, 200_000), max_size=3)), max_size=200))
def test_late_finds_are_those_of_the_last_looks(some: list[tuple[int, list[int]]]) -> None:
    late = LateFinds()
    for looks, ages in some:
        late = late.after(looks, tuple(timedelta(seconds=age) for age in ages))
        assert late.looks <= LOOKS_COUNTED + 3
        assert not ages or (late.oldest_seconds or 0) >= max(ages)

"""Claims and outcomes of polls in the state table, on each engine."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from newsreel.aws.attributes import packed
from newsreel.aws.claims import LEASE, new_claim_id
from newsreel.polling.poll_state import Fetch, PollState
from newsreel.polling.states import PollStates
from newsreel.polling.watermark import Gap, SecondLook, Watermark
from newsreel.video import Position
from tests.tables import Tables

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)

WHOLE = PollState(
    query="cricket",
    due_at=NOW + HOUR,
    planned_at=NOW,
    pace_seconds=864,
    waiting=True,
    watermark=Watermark(
        NOW,
        NOW - HOUR,
        NOW - 30 * HOUR,
        gaps=(Gap(NOW - 3 * HOUR, NOW - 2 * HOUR),),
        second_looks=(SecondLook(NOW - HOUR, NOW, NOW + HOUR),),
    ),
    sweep_due_at=NOW + 2 * HOUR,
    failures=3,
    last_poll=Fetch(NOW, "youtube", "ok", seen=50, new=7, calls=2, units=1, problem="429: Quota exceeded"),
    last_success_at=NOW,
    first_success_at=NOW - 5 * HOUR,
    newest=Position("2026-11-23T11:59:59Z", "video000001"),
    arrivals={"2026-11-23T11": 4, "2026-11-23T12": 3},
)


@pytest.fixture
def states(any_tables: Tables) -> PollStates:
    return PollStates(any_tables.client, any_tables.state)


def claimed(states: PollStates, now: datetime, query: str = "cricket", *, may_search: bool = False) -> str | None:
    """The id of a claim, if there was one to have."""
    claim_id = new_claim_id()
    return claim_id if states.claim(query, claim_id, now, may_search=may_search) else None


def finished(states: PollStates, state: PollState, now: datetime = NOW) -> None:
    """Claim a query's poll and write this outcome."""
    claim_id = claimed(states, now, state.query)
    assert claim_id
    assert states.finish(state, claim_id)


def test_a_query_never_polled_is_due(states: PollStates) -> None:
    assert states.claim("cricket", "c1", NOW, may_search=False) == PollState("cricket")


def test_an_outcome_comes_back_as_it_was_written(states: PollStates) -> None:
    finished(states, WHOLE)
    assert states.read(["cricket"]) == [WHOLE]
    assert states.claim("cricket", "c2", NOW + HOUR, may_search=False) == WHOLE


def test_what_is_over_is_taken_back(states: PollStates) -> None:
    finished(states, WHOLE)
    plain = PollState("cricket", due_at=NOW + HOUR, planned_at=NOW)
    finished(states, plain, NOW + HOUR)
    assert states.read(["cricket"]) == [plain]


def test_a_claim_holds_for_its_lease_and_no_longer(states: PollStates) -> None:
    assert claimed(states, NOW)
    assert not claimed(states, NOW)
    assert not claimed(states, NOW + LEASE - SECOND)
    assert claimed(states, NOW + LEASE)


def test_who_lost_its_claim_writes_nothing(states: PollStates) -> None:
    slow = claimed(states, NOW)
    quick = claimed(states, NOW + LEASE)
    assert slow
    assert quick
    assert not states.finish(WHOLE, slow)
    assert states.read(["cricket"]) == [PollState("cricket")]
    assert states.finish(WHOLE, quick)
    assert not states.finish(PollState("cricket"), quick), "a claim is given back once"
    assert states.read(["cricket"]) == [WHOLE]


def test_of_many_at_once_one_has_the_claim(states: PollStates) -> None:
    with ThreadPoolExecutor(20) as pool:
        claims = list(pool.map(lambda _: claimed(states, NOW), range(20)))
    assert sum(claim is not None for claim in claims) == 1


def test_a_poll_is_not_to_be_had_before_it_is_due(states: PollStates) -> None:
    finished(states, PollState("cricket", due_at=NOW + HOUR, planned_at=NOW))
    assert not claimed(states, NOW + HOUR - SECOND, may_search=True)
    assert claimed(states, NOW + HOUR)


def test_a_query_that_waits_for_a_key_is_due_when_one_may_search(states: PollStates) -> None:
    finished(states, PollState("cricket", due_at=NOW + HOUR, planned_at=NOW, waiting=True))
    assert not claimed(states, NOW + SECOND, may_search=False)
    assert claimed(states, NOW + SECOND, may_search=True)


@pytest.mark.parametrize("ahead", [3 * HOUR, timedelta(days=400)])
def test_a_clock_that_ran_ahead_blocks_nothing(states: PollStates, ahead: timedelta) -> None:
    finished(states, PollState("cricket", due_at=NOW + ahead + HOUR, planned_at=NOW + ahead), NOW + ahead)
    assert claimed(states, NOW), "its due time does not count"
    other = PollState("tennis")
    assert claimed(states, NOW + ahead, other.query)
    assert claimed(states, NOW, other.query), "nor does its claim"


def test_a_clock_that_differs_a_little_is_believed(states: PollStates) -> None:
    assert claimed(states, NOW + 60 * SECOND)
    assert not claimed(states, NOW)
    finished(states, PollState("tennis", due_at=NOW + HOUR, planned_at=NOW + 60 * SECOND))
    assert not claimed(states, NOW, "tennis")


NAMES = ["cricket", "Cricket", "cricket#1", "query#cricket", "クリケット 🏏", '"exact words" -not', "a" * 100]


def test_queries_of_any_name_are_kept_apart(states: PollStates) -> None:
    for number, name in enumerate(NAMES, 1):
        finished(states, PollState(name, failures=number))
    assert states.read(NAMES) == [PollState(name, failures=number) for number, name in enumerate(NAMES, 1)]


def test_any_number_of_queries_is_read_in_order(states: PollStates) -> None:
    finished(states, PollState("query 150", failures=1))
    queries: Sequence[str] = [f"query {number}" for number in range(200)]
    read = states.read(queries)
    assert [state.query for state in read] == queries
    assert [state.query for state in read if state.failures] == ["query 150"]


def test_what_the_first_release_wrote_is_read_and_written_anew(states: PollStates, any_tables: Tables) -> None:
    def stretch(hours: int, *, hole: bool) -> dict[str, object]:
        since, until = f"2026-11-23T{hours:02}:00:00Z", f"2026-11-23T{hours:02}:30:00Z"
        return {"since": since, "until": until, "ripe_at": "2026-11-23T11:00:00Z", "hole": hole}

    item = {
        "pk": "query#cricket",
        "sk": "poll",
        "query": "cricket",
        "complete_until": "2026-11-23T11:00:00Z",
        "settled_until": "2026-11-23T10:00:00Z",
        "swept_until": "2026-11-22T06:00:00Z",
        "gaps": [stretch(3, hole=False), stretch(5, hole=True), stretch(7, hole=False)],
        "failures": 1,
        "problem": "no answer",
        "last_poll": {
            "at": "2026-11-23T11:00:00Z", "source": None, "outcome": "failed", "seen": 0, "new": 0, "calls": 2
        },
    }  # fmt: skip
    any_tables.client.put_item(TableName=any_tables.state, Item=packed(item))
    (state,) = states.read(["cricket"])
    assert state.watermark
    assert [gap.since.hour for gap in state.watermark.gaps] == [5]
    assert [(look.since.hour, look.ripe_at.hour) for look in state.watermark.second_looks] == [(3, 11), (7, 11)]
    assert (state.problem, state.last_poll and state.last_poll.calls) == ("no answer", 2)
    finished(states, state)
    assert states.read(["cricket"]) == [state]
    items = any_tables.client.scan(TableName=any_tables.state)["Items"]
    (written,) = [each for each in items if each["sk"]["S"] == "poll"]
    assert "problem" not in written

"""Outboxes in the state table, on each engine: what waits, what was told, and whose turn it is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from newsreel.aws.claims import LEASE, new_claim_id
from newsreel.errors import TargetFailed
from newsreel.news.outbox import KEPT, Outbox, Waiting
from newsreel.news.outbox_state import Event, OutboxState
from tests.tables import NOW, Tables

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
VIDEOS = [Waiting(f"2026-11-23T11:{number:02d}:00Z", f"video{number:06d}", "cricket") for number in range(60)]
EVENT = Event("event", NOW, tuple((each.query, each.video_id) for each in VIDEOS), left_out=2)


@pytest.fixture
def outbox(any_tables: Tables) -> Outbox:
    return Outbox(any_tables.client, any_tables.state)


def claim(outbox: Outbox, at: timedelta = timedelta(0), uid: str = "chat") -> tuple[str, OutboxState]:
    """Take a turn, which must be there."""
    claim_id = new_claim_id()
    state = outbox.claim(uid, claim_id, NOW + at)
    assert state
    return claim_id, state


def test_what_waits_comes_back_in_order_of_time_and_once(outbox: Outbox) -> None:
    outbox.add("chat", reversed(VIDEOS), NOW)
    outbox.add("chat", VIDEOS[:5], NOW + HOUR)
    outbox.add("other", VIDEOS[:1], NOW)
    assert outbox.waiting("chat") == VIDEOS
    outbox.drop("chat", VIDEOS[10:])
    outbox.drop("chat", VIDEOS[10:])
    assert outbox.waiting("chat") == VIDEOS[:10]
    assert outbox.waiting("other") == VIDEOS[:1]


def test_what_was_told_is_known_by_its_event(outbox: Outbox) -> None:
    ids = [each.video_id for each in VIDEOS]
    assert outbox.told("chat", ids) == {}
    outbox.note_told("chat", EVENT, NOW)
    assert outbox.told("chat", [*ids, *ids, "another"]) == dict.fromkeys(ids, "event")
    assert outbox.told("other", ids) == {}


def test_both_go_after_thirty_days(outbox: Outbox, any_tables: Tables) -> None:
    outbox.add("chat", VIDEOS[:1], NOW)
    outbox.note_told("chat", EVENT._replace(videos=EVENT.videos[:1]), NOW)
    outbox.plan("chat", NOW, NOW)
    items = any_tables.client.scan(TableName=any_tables.state)["Items"]
    kept = {item["sk"]["S"].partition("#")[0]: int(item["expires_at"]["N"]) for item in items if "expires_at" in item}
    assert kept == dict.fromkeys(("waiting", "told"), int((NOW + KEPT).timestamp()))


def test_a_state_comes_back_as_it_was_left(outbox: Outbox) -> None:
    assert outbox.states(["chat", "other"]) == [OutboxState("chat"), OutboxState("other")]
    claim_id, _ = claim(outbox)
    failed = OutboxState("chat", event=EVENT, told=7, last_told_at=NOW - HOUR).failed(
        TargetFailed("it answered 410", sure=False, gone=True), NOW, first_try=True
    )
    assert outbox.finish(failed, claim_id)
    assert outbox.states(["other", "chat"], consistent=True)[1] == failed
    outbox.note_test("chat", "it answered 500", NOW)
    assert outbox.states(["chat"]) == [failed._replace(tested_at=NOW, test_problem="it answered 500")]
    outbox.note_test("chat", None, NOW + HOUR)
    assert outbox.states(["chat"]) == [failed._replace(tested_at=NOW + HOUR)]


def test_a_turn_is_planned_once_and_only_brought_forward(outbox: Outbox) -> None:
    assert outbox.plan("chat", NOW + HOUR, NOW)
    assert not outbox.plan("chat", NOW + HOUR, NOW)
    assert not outbox.plan("chat", NOW + 2 * HOUR, NOW)
    assert outbox.plan("chat", NOW + SECOND, NOW)
    assert outbox.states(["chat"])[0].due_at == NOW + SECOND
    assert outbox.claim("chat", new_claim_id(), NOW) is None


def test_who_fails_is_not_called_sooner(outbox: Outbox) -> None:
    claim_id, state = claim(outbox)
    assert outbox.finish(state.failed(TargetFailed("no", sure=True), NOW, first_try=True), claim_id)
    assert not outbox.plan("chat", NOW, NOW)


def test_what_is_planned_during_a_turn_is_not_lost(outbox: Outbox) -> None:
    outbox.plan("chat", NOW, NOW)
    claim_id, state = claim(outbox)
    assert state.due_at is None
    assert outbox.plan("chat", NOW + SECOND, NOW)
    assert outbox.finish(state.arrived(1, NOW), claim_id)
    assert outbox.states(["chat"])[0].due_at == NOW + SECOND
    claim(outbox, SECOND)


def test_of_many_one_has_the_turn_and_who_died_is_replaced(outbox: Outbox) -> None:
    outbox.plan("chat", NOW, NOW)
    with ThreadPoolExecutor(8) as pool:
        claims = [new_claim_id() for _ in range(8)]
        taken = [each for each in pool.map(lambda each: outbox.claim("chat", each, NOW), claims) if each]
    assert len(taken) == 1
    assert outbox.claim("chat", new_claim_id(), NOW + LEASE - SECOND) is None
    (lost,) = [each for each in claims if outbox.note_event("chat", each, EVENT)]
    claim_id, state = claim(outbox, LEASE)
    assert state.event == EVENT
    assert not outbox.note_event("chat", lost, EVENT._replace(id="another"))
    assert not outbox.finish(state, lost)
    assert outbox.finish(state.arrived(60, NOW), claim_id)
    assert outbox.states(["chat"])[0].event is None

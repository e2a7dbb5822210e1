"""What is watched is changed over HTTP: at once, by several at a time, without losing anyone's change."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st

from functions.fetcher import app as fetcher
from local.upstream import Limits
from newsreel.errors import Changed
from newsreel.polling.watched_queries import WatchedQueries
from newsreel.watched import QUERIES_AT_MOST, SETTINGS, WatchedQuery, read_settings, rivals
from tests.killed import Killed
from tests.tables import NOW, Tables
from tests.world import MINUTE, START, World, clip, clips

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DEFAULTS: dict[str, Any] = {
    "region": None, "language": None, "safe_search": "moderate", "min_interval_seconds": None, "weight": 1,
    "paused": False, "blocked_channels": [], "blocked_words": [],
}  # fmt: skip


def watched(world: World) -> list[str]:
    return [query["query"] for query in world.get("/queries").get_json()["queries"]]


def searches(world: World) -> Counter[str]:
    """How often YouTube was asked for each text."""
    return Counter(call.parameters["q"] for call in world.upstream.calls if call.bucket == "search")


def tag(world: World, query: str) -> str:
    """The ETag of a query as it is."""
    found: str = world.get(f"/queries/{query}").headers["ETag"]
    return found


def faults(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400
    assert answer.content_type == "application/problem+json"
    return {fault["parameter"]: fault["detail"] for fault in answer.get_json()["errors"]}


def test_the_seed_is_watched_until_something_is_changed_and_kept_then(world: World) -> None:
    world.configure(QUERIES="cricket,tennis")
    assert watched(world) == ["cricket", "tennis"]
    assert world.put("chess").status_code == 201
    world.configure(QUERIES="other")
    assert watched(world) == ["cricket", "tennis", "chess"]
    assert world.delete("cricket").status_code == 204
    assert watched(world) == ["tennis", "chess"]
    assert world.get("/videos").status_code == 200
    assert world.get("/videos?query=cricket").status_code == 404


def test_a_new_query_is_polled_within_the_minute_and_a_removed_one_no_more(world: World) -> None:
    world.add(*clips(START - number * MINUTE for number in range(1, 4)))
    world.run(MINUTE)
    answer = world.put("tennis", search="tennis -table", region="in", language="hi", safe_search="strict")
    assert answer.status_code == 201
    assert answer.get_json() == DEFAULTS | {
        "query": "tennis", "search": "tennis -table", "region": "IN", "language": "hi", "safe_search": "strict"
    }  # fmt: skip
    world.run(MINUTE)
    (call,) = [call for call in world.upstream.calls if call.parameters.get("q") == "tennis -table"]
    asked = {name: call.parameters.get(name) for name in ("regionCode", "relevanceLanguage", "safeSearch")}
    assert asked == {"regionCode": "IN", "relevanceLanguage": "hi", "safeSearch": "strict"}
    assert len(world.ids("/videos?query=tennis")) == 3
    assert world.delete("tennis").status_code == 204
    before = searches(world)["tennis -table"]
    # A message that is on its way comes to nothing.
    world.deliver('{"query": "tennis", "rivals": 1}')
    world.run(2 * HOUR)
    assert searches(world)["tennis -table"] == before
    assert searches(world)["cricket"] > 5


@pytest.mark.parametrize(
    ("settings", "parameter", "value"),
    [
        ({"search": '"world cup" | final -2022, live'}, "q", '"world cup" | final -2022, live'),
        ({"region": "de"}, "regionCode", "DE"),
        ({"language": "zh-hant"}, "relevanceLanguage", "zh-Hant"),
        ({"safe_search": "none"}, "safeSearch", "none"),
        ({}, "safeSearch", "moderate"),
        ({}, "regionCode", None),
    ],
)
def test_each_setting_shows_in_the_call_that_youtube_gets(
    world: World, settings: dict[str, Any], parameter: str, value: str | None
) -> None:
    world.put("cricket", match="*", **settings)
    world.schedule()
    assert world.upstream.calls[0].parameters.get(parameter) == value


def test_a_name_may_be_anything_that_can_be_seen(world: World) -> None:
    for name in ("AC/DC live", "ゲーム　実況", "a,b", "100% | really?", "x" * 100):
        assert world.put(name).status_code == 201, name
    assert watched(world)[1:] == ["AC/DC live", "ゲーム 実況", "a,b", "100% | really?", "x" * 100]
    assert world.get("/queries/AC/DC%20live").get_json()["query"] == "AC/DC live"
    for name in ("x" * 101, "\u200b", "a\nb"):
        assert set(faults(world.put(name))) == {"query"}


def test_all_that_is_wrong_with_settings_is_said_at_once(world: World) -> None:
    answer = world.put(
        "tennis", search="", region="GER", language=7, safe_search="maybe", min_interval_seconds=9, weight=True,
        paused=1, blocked_channels="UC_a", blocked_words=["x"], colour="red",
    )  # fmt: skip
    found = faults(answer)
    assert found.keys() == {setting.name for setting in SETTINGS} | {"colour"}
    for setting in SETTINGS:
        assert setting.allowed in found[setting.name]
    assert watched(world) == ["cricket"]


@pytest.mark.parametrize("body", [b"[]", b"{", b"\xff", b"7", b"[" * 100_000])
def test_a_body_that_is_no_object_is_refused(world: World, body: bytes) -> None:
    answer = world.client().put("/queries/tennis", data=body, content_type="application/json")
    assert set(faults(answer)) == {"body"}


def test_two_editors_never_overwrite_each_other_unseen(world: World) -> None:
    assert world.put("cricket", weight=2).status_code == 428
    one = other = tag(world, "cricket")
    assert world.put("cricket", match=one, weight=2).status_code == 200
    refused = world.put("cricket", match=other, weight=3)
    assert refused.status_code == 412
    assert "changed meanwhile" in refused.get_json()["detail"]
    assert world.delete("cricket", match=other).status_code == 412
    assert world.get("/queries/cricket").get_json()["weight"] == 2
    assert world.put("cricket", match=tag(world, "cricket"), weight=4).status_code == 200
    gone = tag(world, "cricket")
    assert world.delete("cricket", match=gone).status_code == 204
    assert world.put("cricket", match=gone, weight=5).status_code == 412
    assert world.delete("cricket").status_code == 412
    assert world.client().delete("/queries/nothing").status_code == 404
    again = world.put("cricket")
    assert again.status_code == 201
    assert tag(world, "cricket") == again.headers["ETag"] != gone, "a version never comes twice"


def test_of_fifty_changes_at_once_none_is_lost(any_tables: Tables) -> None:
    store = WatchedQueries(any_tables.client, any_tables.state, ["cricket"])

    def add(number: int) -> str:
        return store.put(WatchedQuery(f"query {number}", f"query {number}"), NOW).name

    with ThreadPoolExecutor(50) as pool:
        added = set(pool.map(add, range(50)))
    assert {query.name for query in store.read(consistent=True)} == added | {"cricket"}


def test_fifty_editors_of_one_query_have_one_winner_each_time(world: World) -> None:
    store = WatchedQueries(world.dynamodb, world.environ["STATE_TABLE"], ["cricket"])
    (query,) = store.read()

    def change(number: int) -> bool:
        try:
            store.put(query._replace(weight=number + 1), NOW)
        except Changed:
            return False
        return True

    with ThreadPoolExecutor(50) as pool:
        assert list(pool.map(change, range(50))).count(True) == 1


def test_a_seeding_that_died_goes_on_and_brings_nothing_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.configure(QUERIES="one,two,three")
    real, left = world.dynamodb.put_item, [1]

    def put_item(**request: Any) -> Any:
        if left[0] == 0:
            raise Killed
        left[0] -= 1
        return real(**request)

    with monkeypatch.context() as patch:
        patch.setattr(world.dynamodb, "put_item", put_item)
        with pytest.raises(Killed):
            world.put("four")
    assert watched(world) == ["one", "two", "three"]
    assert world.delete("two").status_code == 204
    assert world.put("four").status_code == 201
    assert watched(world) == ["one", "three", "four"]


def test_paused_queries_are_not_polled_and_leave_their_share_to_the_others(world: World) -> None:
    world.configure(QUERIES="cricket,tennis")
    world.put("tennis", match="*", paused=True)
    world.now = datetime(2026, 11, 24, 8, 0, tzinfo=START.tzinfo)
    world.run(6 * HOUR)
    assert set(searches(world)) == {"cricket"}
    assert searches(world)["cricket"] >= 24, "one query has all of the budget"
    tennis = world.state("tennis")
    assert (tennis["state"], tennis["next_poll_at"], tennis["settings"]["paused"]) == ("paused", None, True)
    assert world.get("/status").get_json()["healthy"]
    world.put("tennis", match="*")
    world.run(MINUTE)
    assert searches(world)["tennis"] == 1


def test_weights_share_the_budget(world: World) -> None:
    world.configure(QUERIES="one,three")
    world.put("three", match="*", weight=3)
    world.now = datetime(2026, 11, 24, 8, 0, tzinfo=START.tzinfo)
    world.run(DAY)
    found = searches(world)
    assert sum(found.values()) >= 95
    assert found["three"] / found["one"] == pytest.approx(3, rel=0.1)


def test_a_shortest_interval_holds(world: World) -> None:
    world.configure(PACING="fixed", SEARCH_CALLS_PER_DAY="10000")
    world.upstream.limits = Limits(search=10_000)
    world.put("cricket", match="*", min_interval_seconds=600)
    world.run(HOUR)
    assert searches(world)["cricket"] == 6


def test_a_removed_querys_videos_go_at_once_if_that_is_wanted(world: World) -> None:
    world.configure(QUERIES="cricket,tennis")
    world.add(*(clip(number, START - number * MINUTE) for number in range(700)))
    world.run(MINUTE)
    stored = len(world.walk("/videos?query=tennis&page_size=50"))
    assert stored > 200
    world.delete("tennis", parameters="?videos=delete")
    world.run(3 * MINUTE)
    assert world.get("/status").get_json()["removals"] == [
        {"query": "tennis", "deleted": stored, "done": True, "asked_at": "2026-11-23T12:01:00Z"}
    ]
    for table in ("VIDEOS_TABLE", "WORDS_TABLE"):
        items = world.dynamodb.get_paginator("scan").paginate(TableName=world.environ[table])
        assert not [item for page in items for item in page["Items"] if "tennis" in str(item)]
    assert len(world.walk()) == stored


def test_videos_of_a_query_that_is_watched_again_are_not_removed(world: World) -> None:
    world.configure(QUERIES="cricket,tennis")
    world.add(*clips(START - number * MINUTE for number in range(1, 4)))
    world.run(MINUTE)
    world.delete("tennis", parameters="?videos=delete")
    world.put("tennis")
    world.deliver('{"forget": "tennis"}')
    world.run(2 * MINUTE)
    assert len(world.ids("/videos?query=tennis")) == 3


def test_a_table_that_does_not_answer_is_a_503(world: World) -> None:
    def fail(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="")

    world.dynamodb.meta.events.register("before-call.dynamodb", fail)
    assert world.put("tennis").status_code == 503
    world.dynamodb.meta.events.unregister("before-call.dynamodb", fail)
    assert world.put("tennis").status_code == 201


def test_a_table_that_is_not_there_is_our_fault(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(world.environ, "STATE_TABLE", "nothing")
    world.configure()
    assert world.put("tennis").status_code == 500


def test_no_more_than_so_many_are_watched(world: World) -> None:
    names = ",".join(f"q{number}" for number in range(200))
    world.configure(QUERIES=names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("newsreel.polling.watched_queries.QUERIES_AT_MOST", 200)
        answer = world.put("one more")
    assert answer.status_code == 409
    assert QUERIES_AT_MOST >= 1000


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), st.lists, max_leaves=5))
def test_settings_are_read_strictly_whatever_comes(value: Any) -> None:
    for setting in SETTINGS:
        try:
            read = setting.read(value)
        except ValueError:
            continue
        assert setting.read(read) == read
        assert read_settings({setting.name: value}) == {setting.name: read}


@given(st.lists(st.integers(1, 100), min_size=1, max_size=20))
def test_shares_add_up(weights: list[int]) -> None:
    queries = [WatchedQuery(str(number), str(number), weight=weight) for number, weight in enumerate(weights)]
    assert sum(1 / each for each in rivals(queries).values()) == pytest.approx(1)


def test_old_messages_still_poll(world: World) -> None:
    world.deliver('{"query": "cricket", "due_at": "2026-11-23T12:00:00Z"}')
    assert world.reports[-1]["outcome"] == "ok"
    assert fetcher.watched().find("cricket")


@pytest.mark.parametrize("access", ["private", "public"])
def test_editing_wants_the_editors_password_also_where_everybody_may_read(world: World, access: str) -> None:
    world.set_passwords(reader="one", editor="two")
    world.configure(ACCESS=access)
    client, path = world.client(), "/queries/tennis"
    for auth in (None, ("reader", "one"), ("editor", "one"), ("reader", "two")):
        for method in ("PUT", "DELETE"):
            refused = client.open(path, method=method, json={}, auth=auth, headers={"If-Match": "*"})
            assert refused.status_code == 401, (auth, method)
            assert refused.headers["WWW-Authenticate"].startswith("Basic")
            assert "two" not in refused.text
    made = client.put(path, json={}, auth=("editor", "two"))
    assert made.status_code == 201
    assert made.headers["Cache-Control"] == "no-store"
    assert client.delete(path, auth=("editor", "two"), headers={"If-Match": "*"}).status_code == 204

"""What pages cost, as DynamoDB itself tells: the same at any depth, and bounded under every filter."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from newsreel.aws.calls import put_items
from newsreel.library.by_time import LOOKED_AT_MOST, STEP_AT_MOST
from newsreel.library.item import to_item
from newsreel.library.page import PAGE_SIZE_AT_MOST
from newsreel.times import stamp
from newsreel.video import Live, Video
from tests.world import START, World

DEEP = 10_000
OLD = "2026-11-01T00:00:00Z"
RETENTION = timedelta(days=30)


def fill(world: World, count: int, live: Live = "none") -> None:
    """Store so many small videos, three in each second."""
    times = (stamp(START - timedelta(seconds=number // 3)) for number in range(count))
    videos = (Video(f"video{number:06d}", "cricket", time, time, time, live=live) for number, time in enumerate(times))
    put_items(world.dynamodb, world.environ["VIDEOS_TABLE"], [to_item(video, RETENTION) for video in videos])


@contextmanager
def units(world: World) -> Iterator[list[float]]:
    """The read units of each query of videos made in the block; what is watched is read once in two seconds."""
    spent: list[float] = []

    def ask(params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def note(parsed: dict[str, Any], **_: Any) -> None:
        consumed = parsed["ConsumedCapacity"]
        if consumed["TableName"] != world.environ["STATE_TABLE"]:
            spent.append(consumed["CapacityUnits"])

    events = world.dynamodb.meta.events
    events.register("provide-client-params.dynamodb.Query", ask)
    events.register("after-call.dynamodb.Query", note)
    try:
        yield spent
    finally:
        events.unregister("provide-client-params.dynamodb.Query", ask)
        events.unregister("after-call.dynamodb.Query", note)


def cursor_after(world: World, count: int, order: str) -> str:
    """The cursor behind the first `count` videos."""
    cursor = ""
    while count:
        size = min(count, PAGE_SIZE_AT_MOST)
        cursor = f"&cursor={world.get(f'/videos?order={order}&page_size={size}{cursor}').get_json()['next_cursor']}"
        count -= size
    return cursor


def test_pages_1_100_and_10000_cost_the_same(world: World) -> None:
    fill(world, DEEP + 2)
    spent: dict[int, list[float]] = {}
    for number in (1, 100, DEEP):
        cursor = cursor_after(world, number - 1, "newest")
        with units(world) as spent[number]:
            page = world.get(f"/videos?page_size=1{cursor}").get_json()
        assert len(page["videos"]) == 1
        assert page["next_cursor"]
    assert spent == {1: [0.5], 100: [0.5], DEEP: [0.5]}


def test_a_filter_without_an_index_is_bounded_and_goes_on(world: World) -> None:
    bound = LOOKED_AT_MOST
    fill(world, 2 * bound + 10)
    needle = Video("needle-----", "cricket", OLD, OLD, OLD, live="live")
    put_items(world.dynamodb, world.environ["VIDEOS_TABLE"], [to_item(needle, RETENTION)])
    seen, cursor = [], ""
    with units(world) as whole:
        world.get("/videos?page_size=50")
    while True:
        with units(world) as spent:
            page = world.get(f"/videos?live=live{cursor}").get_json()
        assert len(spent) <= LOOKED_AT_MOST / STEP_AT_MOST
        assert sum(spent) <= sum(whole) * bound / PAGE_SIZE_AT_MOST
        seen.append([video["video_id"] for video in page["videos"]])
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [[], [], ["needle-----"]]
    back = world.get(f"/videos?live=live&cursor={page['prev_cursor']}").get_json()
    assert back["videos"] == []
    assert back["prev_cursor"]


def test_a_page_of_a_channel_reads_only_the_channel(world: World) -> None:
    fill(world, 100)
    mine = Video("mine-------", "cricket", OLD, OLD, OLD, channel_id="UCmine")
    put_items(world.dynamodb, world.environ["VIDEOS_TABLE"], [to_item(mine, RETENTION)])
    with units(world) as spent:
        page = world.get("/videos?channel_id=UCmine").get_json()
    assert [video["video_id"] for video in page["videos"]] == ["mine-------"]
    assert spent == [0.5]

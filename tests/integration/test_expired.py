"""Nothing expired is shown, however late DynamoDB deletes it: not in a listing, a search, a state or alone."""

from datetime import timedelta
from random import Random

import pytest

from newsreel.library.listing import Listing, Order
from newsreel.library.words import requested
from newsreel.times import stamp
from newsreel.video import Live
from tests.integration.test_paging import Paged, check_walk, is_moto
from tests.tables import NOW, Tables
from tests.world import MINUTE, START, World, clip, clips

DAY = timedelta(days=1)
EXPIRED = stamp(NOW - 28 * DAY)
"""The retention of the tests' tables has passed since a video was first seen then."""
FILTERS: list[dict[str, str]] = [{}, {"channel_id": "UC1"}, {"live": "live"}]


def filled(tables: Tables, expired: list[bool]) -> tuple[Paged, list[str]]:
    """A video a minute, some of which have expired; the ids of the others, oldest first."""
    shelf, present = Paged(tables), []
    for number, over in enumerate(expired):
        first_seen = EXPIRED if over else stamp(NOW - 28 * DAY + timedelta(seconds=1))
        live: Live = "live"
        (video_id,) = shelf.put(
            shelf.video(stamp(START - DAY + number * MINUTE), title="Tea", channel_id="UC1", live=live)._replace(
                first_seen_at=first_seen
            )
        )
        if not over:
            present.append(video_id)
    return shelf, present


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_are_full_and_cursors_exact_whatever_has_expired(
    any_tables: Tables, request: pytest.FixtureRequest, order: Order
) -> None:
    random = Random(7)
    arrangements = [
        [random.random() < 0.5 for _ in range(40)],
        [True] * 30,
        [True] * 40 + [False] * 25,
        [False] * 25 + [True] * 40,
    ]
    for expired in arrangements[:1] if is_moto(request) else arrangements:
        shelf, present = filled(any_tables, expired)
        expected = present if order == "oldest" else present[::-1]
        for filters in FILTERS:
            check_walk(shelf, shelf.listing(order, **filters), expected, 10)
        if not is_moto(request):
            check_walk(shelf, shelf.listing(order), expected, 3)


def test_a_search_finds_nothing_expired(any_tables: Tables) -> None:
    shelf, present = filled(any_tables, [True, False, True, False, False, True])
    page = shelf.page(Listing(shelf.query, search=requested("tea")))
    assert [item["video_id"]["S"] for item in page.items] == present[::-1]
    assert page.next_cursor is None


def test_a_single_expired_video_is_not_there(any_tables: Tables) -> None:
    shelf, (present,) = filled(any_tables, [True, False])
    (gone,) = shelf.there.keys() - {present}
    assert shelf.videos.copies(present)
    assert shelf.videos.copies(gone) == {}
    assert shelf.videos.find(shelf.query, [present, gone]).keys() == {present}
    assert [known.video_id for known in shelf.videos.newest(shelf.query, 10)] == [present]


def test_a_reader_sees_nothing_expired_from_the_very_second_on(world: World) -> None:
    world.configure(RETENTION_DAYS="1")
    world.add(*clips(START - number * MINUTE for number in range(1, 6)))
    world.schedule()
    world.now += DAY - timedelta(seconds=1)
    assert len(world.ids()) == 5
    assert world.state()["newest_video"]["title"] == "Video 0"
    world.now += timedelta(seconds=1)
    assert world.ids() == []
    assert world.get("/videos/video000001").status_code == 404
    assert b"<entry>" not in world.get("/videos.atom").data
    assert world.ids("/videos?search=video") == []
    assert world.state()["newest_video"] is None
    assert world.get("/status").get_json()["queries"][0]["newest_video"] is None


def test_what_is_older_than_the_retention_is_not_stored_again(world: World) -> None:
    world.configure(RETENTION_DAYS="1")
    world.add(clip(1, START - DAY + MINUTE), clip(2, START - DAY - MINUTE), clip(3, START - MINUTE))
    world.schedule()
    assert sorted(world.ids()) == ["video000001", "video000003"]
    world.now += DAY
    world.poll()
    assert world.ids() == []
    assert world.reports[-1]["new"] == 0


def test_no_title_is_kept_beside_the_videos(world: World) -> None:
    world.add(clip(1, START - MINUTE))
    world.schedule()
    for item in world.dynamodb.scan(TableName=world.environ["STATE_TABLE"])["Items"]:
        assert "Video 1" not in str(item)
    assert world.state()["newest_video"]["title"] == "Video 1"

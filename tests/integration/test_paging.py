"""Pages of listings: exact under ties, at every page size, in both orders and directions, whatever comes and goes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import batched, cycle
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from newsreel.library import by_time
from newsreel.library.item import position
from newsreel.library.listing import Listing, Order
from newsreel.library.page import Page, page
from newsreel.times import instant, stamp
from newsreel.video import LIVE_STATES, Live, Video
from tests.shelf import Shelf
from tests.tables import Tables
from tests.walking import backwards, forwards

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ENOUGH = 1000
BY_TIME: tuple[Order, ...] = ("newest", "oldest")


class Paged(Shelf):
    """A query's videos, read page by page."""

    def add(self, *seconds: int, **fields: Any) -> list[str]:
        """Store a video for each of these seconds; their ids."""
        return self.put(*[self.video(stamp(START + second * SECOND), **fields) for second in seconds])

    def remove(self, video_id: str) -> None:
        self.videos.remove(self.query, [video_id])
        del self.there[video_id]

    def listing(self, order: Order = "newest", **filters: Any) -> Listing:
        return Listing(self.query, order, **filters)

    def read(self, listing: Listing) -> list[str]:
        """The ids of a whole listing in one go, in the engine's own order of ties."""
        items, more = self.videos.read(
            by_time.stretch(listing, listing.query), newest_first=listing.order == "newest", limit=ENOUGH
        )
        assert more is None
        return [position(item).video_id for item in items]

    def page(self, listing: Listing, cursor: str | None = None, size: int = 10) -> Page:
        return page(self.videos, listing, cursor, size)

    def forwards(self, listing: Listing, sizes: Iterable[int]) -> Iterator[Page]:
        """The pages of a walk to the end, each of the next size."""
        return forwards(partial(self.page, listing), sizes)

    def backwards(self, listing: Listing, cursor: str | None, sizes: Iterable[int]) -> Iterator[Page]:
        """The pages of a walk from a `prev_cursor` back to the start, each of the next size."""
        return backwards(partial(self.page, listing), cursor, sizes)


def ids(*pages: Page) -> list[str]:
    return [position(item).video_id for each in pages for item in each.items]


def times(*pages: Page) -> list[str]:
    return [position(item).published_at for each in pages for item in each.items]


def repeated(size: int) -> Iterator[int]:
    return (size for _ in range(ENOUGH))


def ordered(shelf: Paged, some: Sequence[str], order: Order) -> bool:
    """Whether videos stand in the listing's order; those of one second may stand in any."""
    moments = [shelf.there[each].published_at for each in some]
    return moments == sorted(moments, reverse=order == "newest")


TIES = [*range(60), *[30] * 49, *[60] * 41, *range(61, 111)]
"""Seconds of 200 videos: 50 share one of them, 41 another."""


def check_walk(shelf: Paged, listing: Listing, expected: Sequence[str], size: int) -> None:
    """That a listing's pages are these, there and back again."""
    pages = list(shelf.forwards(listing, repeated(size)))
    chunks = [list(chunk) for chunk in batched(expected, size)] or [[]]
    assert [ids(each) for each in pages] == chunks
    assert pages[0].prev_cursor is None
    assert pages[-1].next_cursor is None
    back = list(shelf.backwards(listing, pages[-1].prev_cursor, repeated(size)))
    assert [ids(each) for each in reversed(back)] == chunks[:-1]
    assert [each.next_cursor for each in reversed(back)] == [each.next_cursor for each in pages[:-1]]


def is_moto(request: pytest.FixtureRequest) -> bool:
    """Whether the engine is moto, whose pages cost time that grows with the table: it is asked for fewer."""
    return bool(request.node.callspec.params["any_tables"] == "moto")


def test_every_page_size_walks_there_and_back(any_tables: Tables, request: pytest.FixtureRequest) -> None:
    few, many = Paged(any_tables), Paged(any_tables)
    few.add(*TIES[45:95])
    many.add(*([] if is_moto(request) else TIES))
    for size in (1, 2, 3, 7, 10, 49, 50) if is_moto(request) else range(1, 51):
        # Small pages of many videos take long and show nothing more.
        shelf = many if size >= 5 and many.there else few
        order = BY_TIME[size % 2]
        listing = shelf.listing(order)
        expected = shelf.read(listing)
        assert set(expected) == shelf.there.keys()
        assert ordered(shelf, expected, order)
        check_walk(shelf, listing, expected, size)


@pytest.mark.parametrize("order", BY_TIME)
def test_any_number_of_videos_is_walked_there_and_back(
    any_tables: Tables, request: pytest.FixtureRequest, order: Order
) -> None:
    for number in (0, 1, 9, 10, 11, 20) if is_moto(request) else (0, 1, 2, 9, 10, 11, 20, 49, 50, 51, 100, 199, 200):
        shelf = Paged(any_tables)
        shelf.add(*TIES[:number])
        listing = shelf.listing(order)
        check_walk(shelf, listing, shelf.read(listing), 10)


def test_an_order_is_the_other_one_backwards(any_tables: Tables) -> None:
    shelf = Paged(any_tables)
    shelf.add(*TIES[40:100])
    assert shelf.read(shelf.listing("oldest")) == shelf.read(shelf.listing("newest"))[::-1]


some_seconds = st.lists(st.integers(0, 12), max_size=40)
some_sizes = st.lists(st.integers(1, 50) | st.integers(1, 5), min_size=1, max_size=6)


@dataclass(frozen=True, slots=True)
class Change:
    """What happens between two pages."""

    arriving: list[int]
    deleting: bool
    """Whether the video at the page's boundary is deleted."""


changes = st.builds(Change, arriving=st.lists(st.integers(-2, 14), max_size=4), deleting=st.booleans())


def examples(request: pytest.FixtureRequest) -> settings:
    return settings(max_examples=8 if is_moto(request) else 40)


def test_a_walk_meets_every_video_once_whatever_comes_and_goes(
    any_tables: Tables, request: pytest.FixtureRequest
) -> None:
    @examples(request)
    @given(some_seconds, st.sampled_from(BY_TIME), some_sizes, st.lists(changes, min_size=1, max_size=8))
    def check(seconds: list[int], order: Order, sizes: list[int], what_happens: list[Change]) -> None:
        shelf = Paged(any_tables)
        shelf.add(*seconds)
        listing = shelf.listing(order)
        at_start = dict(shelf.there)
        met: list[Page] = []
        for number, got in enumerate(shelf.forwards(listing, cycle(sizes))):
            met.append(got)
            full = len(got.items) == sizes[number % len(sizes)]
            assert full or got.next_cursor is None
            change = what_happens[number] if number < len(what_happens) else Change([], deleting=False)
            shelf.add(*change.arriving)
            if change.deleting and got.items:
                shelf.remove(ids(got)[-1])
        seen = ids(*met)
        assert len(seen) == len(set(seen))
        assert set(seen) >= at_start.keys()
        assert times(*met) == sorted(times(*met), reverse=order == "newest")

    check()


def test_turning_about_anywhere_gives_the_very_same_pages(any_tables: Tables, request: pytest.FixtureRequest) -> None:
    @examples(request)
    @given(some_seconds, st.sampled_from(BY_TIME), st.lists(st.tuples(st.booleans(), st.integers(1, 20)), max_size=12))
    def check(seconds: list[int], order: Order, turns: list[tuple[bool, int]]) -> None:
        shelf = Paged(any_tables)
        shelf.add(*seconds)
        listing = shelf.listing(order)
        expected = shelf.read(listing)
        got = shelf.page(listing, None, 3)
        start, end = 0, min(3, len(expected))
        for onwards, size in turns:
            assert ids(got) == expected[start:end]
            assert (got.next_cursor is None) is (end == len(expected))
            assert (got.prev_cursor is None) is (start == 0)
            cursor = got.next_cursor if onwards else got.prev_cursor
            if cursor is None:
                continue
            got = shelf.page(listing, cursor, size)
            start, end = (end, min(end + size, len(expected))) if onwards else (max(start - size, 0), start)

    check()


def test_the_way_back_shows_what_has_come_meanwhile(any_tables: Tables, request: pytest.FixtureRequest) -> None:
    @examples(request)
    @given(
        st.lists(st.integers(0, 6), min_size=5, max_size=30),
        st.sampled_from(BY_TIME),
        st.lists(st.integers(-2, 8), max_size=8),
        st.integers(1, 4),
        st.integers(1, 9),
    )
    def check(seconds: list[int], order: Order, arriving: list[int], size: int, size_back: int) -> None:
        shelf = Paged(any_tables)
        shelf.add(*seconds)
        listing = shelf.listing(order)
        *_, last = shelf.forwards(listing, repeated(size))
        shelf.add(*arriving)
        back = list(shelf.backwards(listing, last.prev_cursor, repeated(size_back)))
        now = shelf.read(listing)
        assert ids(*reversed(back)) == now[: now.index(ids(last)[0])]
        assert all(len(each.items) == size_back for each in back[:-1])

    check()


def test_a_page_all_of_whose_videos_are_gone_leads_back(any_tables: Tables) -> None:
    shelf = Paged(any_tables)
    shelf.add(*range(8))
    listing = shelf.listing()
    expected = shelf.read(listing)
    first = shelf.page(listing, None, 5)
    for gone in expected[5:]:
        shelf.remove(gone)
    empty = shelf.page(listing, first.next_cursor, 5)
    assert (ids(empty), empty.next_cursor) == ([], None)
    assert ids(shelf.page(listing, empty.prev_cursor, 5)) == expected[:5]


def test_a_page_size_may_change_from_page_to_page(any_tables: Tables) -> None:
    shelf = Paged(any_tables)
    shelf.add(*TIES[40:100])
    listing = shelf.listing()
    sizes = [1, 50, 2, 3, 4]
    pages = list(shelf.forwards(listing, sizes))
    assert [len(each.items) for each in pages] == sizes
    assert ids(*pages) == shelf.read(listing)


def check_filter(shelf: Paged, wanted: Sequence[str], size: int, **filters: Any) -> None:
    """That a filter gives just these videos, in order, there and back again, in both orders."""
    for order in BY_TIME:
        listing = shelf.listing(order, **filters)
        pages = list(shelf.forwards(listing, repeated(size)))
        assert sorted(ids(*pages)) == sorted(wanted)
        assert ordered(shelf, ids(*pages), order)
        assert all(len(each.items) == size for each in pages[:-1])
        back = list(shelf.backwards(listing, pages[-1].prev_cursor, repeated(size)))
        assert ids(*reversed(back)) == ids(*pages[:-1])


def test_a_channels_videos(any_tables: Tables) -> None:
    shelf, other = Paged(any_tables), Paged(any_tables)
    wanted = shelf.add(*[1, 2, 2, 2, 3, 5, 8], channel_id="UC_a")
    shelf.add(*[1, 2, 2, 4], channel_id="UC_b")
    shelf.add(*[1, 2, 2, 4])
    other.add(*[1, 2, 3], channel_id="UC_a")
    check_filter(shelf, wanted, 3, channel_id="UC_a")
    check_filter(shelf, [], 3, channel_id="UC_none")


@pytest.mark.parametrize(
    ("after", "before", "kept"),
    [(2, None, [2, 3, 4]), (None, 3, [0, 1, 2]), (1, 3, [1, 2]), (3, 4, [3]), (5, 9, []), (-9, 0, [])],
)
@pytest.mark.parametrize("channel_id", [None, "UC_a"])
def test_a_stretch_of_time_has_its_start_and_not_its_end(
    any_tables: Tables, after: int | None, before: int | None, kept: list[int], channel_id: str | None
) -> None:
    shelf = Paged(any_tables)
    stored = {second: shelf.add(*[second] * 3, channel_id="UC_a") for second in range(5)}
    check_filter(
        shelf,
        [video_id for second in kept for video_id in stored[second]],
        2,
        published_after=None if after is None else START + after * SECOND,
        published_before=None if before is None else START + before * SECOND,
        channel_id=channel_id,
    )


@pytest.mark.parametrize("live", LIVE_STATES)
def test_videos_of_one_live_state(any_tables: Tables, live: Live) -> None:
    shelf = Paged(any_tables)
    stored = {state: shelf.add(*range(10), *[4] * 5, live=state) for state in LIVE_STATES}
    check_filter(shelf, stored[live], 4, live=live)


def test_a_filter_that_finds_little_goes_on_by_its_cursor(any_tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    # The rule is the same at any size; the real one would take a thousand videos.
    monkeypatch.setattr(by_time, "STEP_AT_MOST", 3)
    monkeypatch.setattr(by_time, "LOOKED_AT_MOST", 6)
    shelf = Paged(any_tables)
    shelf.add(*range(40))
    wanted = shelf.add(0, 20, 20, 39, live="live")
    listing = shelf.listing(live="live")
    pages = list(shelf.forwards(listing, repeated(10)))
    assert len(pages) > 4, "no page reads more than it may"
    assert sorted(ids(*pages)) == sorted(wanted)
    assert ordered(shelf, ids(*pages), "newest")
    back = list(shelf.backwards(listing, pages[-1].prev_cursor, repeated(10)))
    assert ids(*reversed(back), pages[-1]) == ids(*pages)


type Kind = tuple[int, str, Live, str]
"""Second, channel, state and title of a video."""

kinds: st.SearchStrategy[Kind] = st.tuples(
    st.integers(0, 12),
    st.sampled_from(["UC_a", "UC_b"]),
    st.sampled_from(["none", "none", "live", "upcoming"]),
    st.sampled_from(["green tea", "black tea", "teapots", "coffee"]),
)
moments = st.none() | st.integers(-1, 14).map(lambda second: START + second * SECOND)
some_filters = st.fixed_dictionaries(
    {
        "published_after": moments,
        "published_before": moments,
        "channel_id": st.sampled_from([None, "UC_a", "UC_b"]),
        "live": st.sampled_from([None, "none", "live"]),
        "search": st.sampled_from([(), (), ("tea",), ("te", "gr")]),
    }
)


def matches(video: Video, listing: Listing) -> bool:
    """Whether a listing has a video, told plainly."""
    published = instant(video.published_at)
    return (
        (listing.published_after is None or published >= listing.published_after)
        and (listing.published_before is None or published < listing.published_before)
        and (listing.channel_id is None or video.channel_id == listing.channel_id)
        and (listing.live is None or video.live == listing.live)
        and all(any(word.startswith(part) for word in video.title.split()) for part in listing.search)
    )


def test_any_filters_any_sizes_both_ways_while_videos_arrive(
    any_tables: Tables, request: pytest.FixtureRequest
) -> None:
    @examples(request)
    @given(
        st.lists(kinds, max_size=30),
        st.sampled_from(BY_TIME),
        some_filters,
        some_sizes,
        st.lists(st.lists(kinds, max_size=3), max_size=6),
    )
    def check(
        first: list[Kind], order: Order, filters: dict[str, Any], sizes: list[int], arriving: list[list[Kind]]
    ) -> None:
        # The api refuses a range that ends before it begins.
        after, before = filters["published_after"], filters["published_before"]
        assume(after is None or before is None or after < before)
        shelf = Paged(any_tables)

        def arrive(some: Iterable[Kind]) -> None:
            for second, channel_id, live, title in some:
                shelf.add(second, channel_id=channel_id, live=live, title=title)

        arrive(first)
        listing = shelf.listing(order, **filters)
        wanted = {video_id for video_id, video in shelf.there.items() if matches(video, listing)}
        met: list[Page] = []
        for number, got in enumerate(shelf.forwards(listing, cycle(sizes))):
            met.append(got)
            arrive(arriving[number] if number < len(arriving) else [])
        back = [*shelf.backwards(listing, met[-1].prev_cursor, cycle(sizes))]
        for pages in (met, [met[-1], *back]):
            seen = ids(*pages)
            assert len(seen) == len(set(seen))
            assert set(seen) >= wanted
            assert all(matches(shelf.there[video_id], listing) for video_id in seen)
        assert times(*met) == sorted(times(*met), reverse=order == "newest")

    check()

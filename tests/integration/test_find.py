"""Every filter and every order, alone and together, compared with a plain look at all videos."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from copy import replace
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count, cycle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsreel.errors import InvalidParameters
from newsreel.library import by_time, most_viewed
from newsreel.library.cursor import Cursor, Direction
from newsreel.library.listing import DESCENDING, ORDERS, Listing, Order, Shelf, block
from newsreel.library.page import Page, page
from newsreel.library.place import Place
from newsreel.library.videos import Videos
from newsreel.library.word_index import WordIndex
from newsreel.library.words import split
from newsreel.times import stamp
from newsreel.video import Video
from tests.integration.test_paging import is_moto
from tests.tables import NOW, Tables
from tests.walking import backwards, forwards

SECOND = timedelta(seconds=1)
START = NOW - timedelta(hours=2)
LATER = timedelta(minutes=1)
"""So long after a write it counts for a ranking."""

numbers = count()


@dataclass
class Stock:
    """Some watched queries with their videos, and every version of these that was ever there."""

    tables: Tables
    blocks: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    """Of each query: blocked channels and words."""
    there: dict[tuple[str, str], Video] = field(default_factory=dict)
    """By query and id."""
    views: dict[tuple[str, str], list[tuple[datetime, int | None]]] = field(default_factory=dict)
    now: datetime = NOW

    def __post_init__(self) -> None:
        # Tables are shared by examples, so that each has queries of its own.
        self.queries = [f"q{next(numbers)}" for _ in range(3)]
        retention = timedelta(days=28)
        index = WordIndex(self.tables.client, self.tables.words, retention, lambda: self.now)
        self.videos = Videos(self.tables.client, self.tables.videos, retention, index, lambda: self.now)

    def put(self, *videos: Video) -> None:
        """Store new videos, or newer versions."""
        for video in videos:
            key = (video.query, video.video_id)
            former = self.there.get(key)
            self.videos.put([video], {former.video_id: former} if former else {})
            self.there[key] = video
            self.views.setdefault(key, []).append((self.now, video.view_count))

    def remove(self, query: str, video_id: str) -> None:
        self.videos.remove(query, [video_id])
        self.there.pop((query, video_id), None)

    def shelves(self, query: str) -> list[Shelf]:
        names = self.queries if query == "*" else [query]
        return [Shelf(name, block(*self.blocks.get(name, ((), ())))) for name in names]

    def page(self, listing: Listing, cursor: str | None, size: int) -> Page:
        return page(self.videos, listing, cursor, size, self.shelves(listing.query))

    def pages(self, listing: Listing, sizes: Iterable[int]) -> Iterator[Page]:
        def page_of(cursor: str | None, size: int) -> Page:
            got = self.page(listing, cursor, size)
            assert len(got.rows) <= size
            return got

        return forwards(page_of, sizes)

    def back(self, listing: Listing, cursor: str | None, sizes: Iterable[int]) -> Iterator[Page]:
        return backwards(partial(self.page, listing), cursor, sizes)

    def expected(self, listing: Listing, as_of: datetime | None = None) -> list[tuple[str, tuple[str, ...]]]:
        """The ids that a listing has, in its order, each with the queries that found it."""
        names = self.queries if listing.query == "*" else [listing.query]
        found: dict[str, list[Video]] = {}
        for name in names:
            for (query, video_id), video in self.there.items():
                if query == name and not blocked(video, *self.blocks.get(query, ((), ()))):
                    found.setdefault(video_id, []).append(video)
        best = {video_id: believed(copies) for video_id, copies in found.items()}
        listed = [video for video in best.values() if belongs(video, listing)]
        places: dict[str, Any] = {video.video_id: (self._rank(video, listing, as_of, names)) for video in listed}
        if listing.order == "views":
            assert as_of
            after = listing.published_after
            before = listing.published_before or max(as_of, after or as_of) + SECOND
            after = after or (listing.published_before or max(as_of, as_of)) - timedelta(days=7)
            listed = [each for each in listed if stamp(after) <= each.published_at < stamp(before)]
        listed = [video for video in listed if places[video.video_id] is not None]
        listed.sort(
            key=lambda each: (places[each.video_id], each.published_at, each.video_id),
            reverse=listing.order in DESCENDING,
        )
        return [(each.video_id, tuple(copy.query for copy in found[each.video_id])) for each in listed]

    def _rank(self, video: Video, listing: Listing, as_of: datetime | None, names: Sequence[str]) -> int | None:
        if listing.order in ("longest", "shortest"):
            return video.duration_seconds
        if listing.order != "views":
            return 0
        assert as_of
        counts = []
        for name in names:
            if (name, video.video_id) not in self.there:
                continue
            known = [views for at, views in self.views[name, video.video_id] if at <= as_of]
            if known and known[-1] is not None:
                counts.append(known[-1])
        return max(counts, default=None)


def believed(copies: Sequence[Video]) -> Video:
    return max(copies, key=lambda each: (each.source == "youtube", each.detailed, each.refreshed_at or each.fetched_at))


def words(video: Video) -> list[str]:
    return split(f"{video.title} {video.channel_title} {video.description}")


def has(video: Video, wanted: str) -> bool:
    return any(word.startswith(wanted) for word in words(video))


def blocked(video: Video, channels: Sequence[str], texts: Sequence[str]) -> bool:
    return video.channel_id in channels or any(all(has(video, word) for word in split(text)) for text in texts)


def belongs(video: Video, listing: Listing) -> bool:
    seconds = video.duration_seconds
    short = video.vertical is True and seconds is not None and seconds <= 180
    after, before = listing.published_after, listing.published_before
    return all(
        (
            listing.channel_id in (None, video.channel_id),
            listing.live in (None, video.live),
            after is None or video.published_at >= stamp(after),
            before is None or video.published_at < stamp(before),
            listing.min_duration is None or (seconds is not None and seconds >= listing.min_duration),
            listing.max_duration is None or (seconds is not None and seconds <= listing.max_duration),
            listing.shorts is None or short is (listing.shorts == "only"),
            all(has(video, word) for word in listing.search),
            not any(has(video, word) for word in listing.exclude),
        )
    )


def shown(*pages: Page) -> list[tuple[str, tuple[str, ...]]]:
    return [(row.place.video_id, row.queries) for each in pages for row in each.rows]


def ids(*pages: Page) -> list[str]:
    return [video_id for video_id, _ in shown(*pages)]


type Draft = dict[str, Any]

drafts: st.SearchStrategy[Draft] = st.fixed_dictionaries(
    {
        "at": st.integers(0, 6),
        "in": st.sampled_from([(0,), (0,), (1,), (0, 1), (0, 1, 2), (2,)]),
        "channel_id": st.sampled_from(["UC_a", "UC_b", None]),
        "live": st.sampled_from(["none", "none", "none", "live", "upcoming"]),
        "duration_seconds": st.sampled_from([None, 30, 180, 181, 600, 600, 7200]),
        "vertical": st.sampled_from([None, False, True]),
        "view_count": st.sampled_from([None, 0, 5, 5, 900, 40_000]),
        "title": st.sampled_from(["green tea", "black tea", "teapots", "coffee"]),
    }
)
moments = st.none() | st.integers(-1, 8).map(lambda second: START + second * SECOND)
listings: st.SearchStrategy[Draft] = st.fixed_dictionaries(
    {
        "order": st.sampled_from(ORDERS),
        "all": st.booleans(),
        "published_after": st.none() | moments,
        "published_before": st.none() | moments,
        "channel_id": st.sampled_from([None, None, None, "UC_a"]),
        "live": st.sampled_from([None, None, None, "none", "live"]),
        "min_duration": st.sampled_from([None, None, 0, 100, 600]),
        "max_duration": st.sampled_from([None, None, 180, 600, 7200]),
        "shorts": st.sampled_from([None, None, "only", "none"]),
        "search": st.sampled_from([(), (), ("tea",), ("gr", "te")]),
        "exclude": st.sampled_from([(), (), ("bla",), ("coff", "pot")]),
    }
)
blocks = st.lists(
    st.tuples(
        st.sampled_from([(), (), ("UC_b",)]),
        st.sampled_from([(), (), ("black tea",), ("teap", "coffee green")]),
    ),
    min_size=3,
    max_size=3,
)
some_sizes = st.lists(st.integers(1, 5), min_size=1, max_size=4)


def stocked(
    tables: Tables, some: Sequence[Draft], of_queries: Sequence[tuple[tuple[str, ...], tuple[str, ...]]]
) -> Stock:
    stock = Stock(tables)
    stock.blocks = dict(zip(stock.queries, of_queries, strict=True))
    for number, draft in enumerate(some):
        stock.put(*versions(stock, number, draft))
    # Writers that were killed left entries of versions that never came.
    for number, video in enumerate(list(stock.there.values())[::3]):
        moved = replace(video, duration_seconds=300 + number, title="tea", live="live")
        with suppress(Killed), stock.videos.index.ahead_of([moved], {video.video_id: video}):
            raise Killed
    stock.now += LATER
    return stock


class Killed(Exception):
    """The process died."""


def examples(request: pytest.FixtureRequest, many: int) -> int:
    """How many examples to try: moto looks at all that its tables hold for each request."""
    return many // 10 if is_moto(request) else many


def versions(stock: Stock, number: int, draft: Draft) -> list[Video]:
    """The video of a draft, as each of its queries found it."""
    fields = {name: value for name, value in draft.items() if name not in ("at", "in")}
    published = stamp(START + draft["at"] * SECOND)
    return [
        Video(
            f"{number * 7919 % 100_003:06d}_____"[:10] + "A",
            stock.queries[place],
            published,
            published,
            published,
            **fields,
        )
        for place in draft["in"]
    ]


def listing_of(stock: Stock, draft: Draft) -> Listing:
    values = {name: value for name, value in draft.items() if name != "all"}
    after, before = values["published_after"], values["published_before"]
    if after and before and after >= before:
        values["published_before"] = None
    if None not in (values["min_duration"], values["max_duration"]) and values["min_duration"] > values["max_duration"]:
        values["max_duration"] = None
    return Listing("*" if draft["all"] else stock.queries[0], **values)


def check(stock: Stock, listing: Listing, sizes: Sequence[int]) -> None:
    """A walk there and back shows what is expected, in order."""
    pages = list(stock.pages(listing, cycle(sizes)))
    expected = stock.expected(listing, pages[0].as_of)
    ties = listing.query != "*" and listing.order in ("newest", "oldest") and not listing.search
    if ties:
        # Within a second, one query's videos come in the table's own order.
        order = {
            video_id: row.place.published_at for each in pages for row in each.rows for video_id in [row.place.video_id]
        }
        assert sorted(shown(*pages)) == sorted(expected)
        times = list(order.values())
        assert times == sorted(times, reverse=listing.order == "newest")
    else:
        assert shown(*pages) == expected
    back = list(stock.back(listing, pages[-1].prev_cursor, cycle(sizes)))
    assert ids(*reversed(back), pages[-1]) == ids(*pages)
    assert {each.as_of for each in (*pages, *back)} == {pages[0].as_of}
    for each in pages[:-1]:
        assert each.rows or not full_pages_promised(listing, stock), "an empty page in the middle"


def full_pages_promised(listing: Listing, stock: Stock) -> bool:
    return not listing.narrowed and not listing.search and not any(map(any, stock.blocks.values()))


def test_every_filter_in_every_order_there_and_back(any_tables: Tables, request: pytest.FixtureRequest) -> None:
    @settings(max_examples=examples(request, 200))
    @given(st.lists(drafts, max_size=9), blocks, listings, some_sizes)
    def walk(some: list[Draft], of_queries: Any, draft: Draft, sizes: list[int]) -> None:
        stock = stocked(any_tables, some, of_queries)
        check(stock, listing_of(stock, draft), sizes)

    walk()


def test_the_same_where_pages_may_read_little(
    any_tables: Tables, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a page may read is a bound of cost alone: nothing is left out by it."""
    monkeypatch.setattr(by_time, "STEP_AT_MOST", 3)
    monkeypatch.setattr(by_time, "LOOKED_AT_MOST", 4)
    monkeypatch.setattr("newsreel.library.looking.LOOKED_AT_MOST", 3)
    for module in ("by_length", "search"):
        monkeypatch.setattr(f"newsreel.library.{module}.FIRST_STEP", 1)
    monkeypatch.setattr("newsreel.library.search.ENTRIES_AT_MOST", 3)

    @settings(max_examples=examples(request, 50))
    @given(st.lists(drafts, max_size=9), blocks, listings, st.just([1]) | some_sizes)
    def walk(some: list[Draft], of_queries: Any, draft: Draft, sizes: list[int]) -> None:
        stock = stocked(any_tables, some, of_queries)
        check(stock, listing_of(stock, draft), sizes)

    walk()


changes = st.tuples(
    st.sampled_from(["arrival", "refresh", "removal", "copy"]), st.integers(0, 20), drafts, st.integers(0, 90)
)


def test_arrivals_refreshes_and_removals_in_between(any_tables: Tables, request: pytest.FixtureRequest) -> None:
    """What stays is shown once; what goes or comes, at most once; and no count that moved doubles anything."""

    @settings(max_examples=examples(request, 100))
    @given(st.lists(drafts, min_size=3, max_size=9), listings, some_sizes, st.lists(changes, min_size=1, max_size=6))
    def walk(some: list[Draft], draft: Draft, sizes: list[int], made: list[Any]) -> None:
        stock = stocked(any_tables, some, [((), ())] * 3)
        listing = listing_of(stock, draft)
        before = dict(stock.there)
        first = stock.page(listing, None, sizes[0])
        as_of = first.as_of
        at_first = stock.expected(listing, as_of)
        pages = [first]
        coming = iter(made)
        for size in cycle(sizes):
            change(stock, len(some), next(coming, None))
            if (cursor := pages[-1].next_cursor) is None:
                break
            pages.append(stock.page(listing, cursor, size))
        found = ids(*pages)
        assert len(found) == len(set(found))
        assert {each.as_of for each in pages} == {as_of}
        touched = {
            video_id for (query, video_id), video in before.items() if stock.there.get((query, video_id)) != video
        }
        touched |= {video_id for query, video_id in stock.there.keys() - before.keys()}
        steady = [video_id for video_id, _ in at_first if video_id not in touched]
        assert [video_id for video_id in found if video_id in steady] == steady or ties_of(listing)
        assert set(steady) <= set(found)

    walk()


def ties_of(listing: Listing) -> bool:
    return listing.query != "*" and listing.order in ("newest", "oldest")


def change(stock: Stock, known: int, made: Any) -> None:
    """Let something happen to the stock, and some time pass."""
    if made is None:
        return
    kind, number, draft, seconds = made
    stock.now += seconds * SECOND
    there = sorted(stock.there)
    if kind == "arrival":
        stock.put(*versions(stock, known + number, draft))
    elif there:
        query, video_id = there[number % len(there)]
        video = stock.there[query, video_id]
        if kind == "removal":
            stock.remove(query, video_id)
        elif kind == "refresh":
            newer = {"view_count": draft["view_count"], "title": draft["title"], "refreshed_at": stamp(stock.now)}
            stock.put(replace(video, **newer))
        elif (stock.queries[2], video_id) not in stock.there:
            stock.put(replace(video, query=stock.queries[2]))


def some_videos(stock: Stock, number: int, **fields: Any) -> list[str]:
    """Store so many videos of the first query, a minute apart; their ids, the newest first."""
    found = []
    for age in range(number):
        published = stamp(START - age * LATER)
        video_id = f"{age:010d}A"
        stock.put(
            Video(video_id, stock.queries[0], published, published, published, **fields | {"view_count": 1000 - age})
        )
        found.append(video_id)
    return found


def test_the_most_viewed_are_five_hundred_at_most(any_tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(most_viewed, "LISTED_AT_MOST", 7)
    stock = Stock(any_tables)
    stored = some_videos(stock, 12, title="tea")
    stock.now += LATER
    listing = Listing(stock.queries[0], "views")
    pages = list(stock.pages(listing, cycle([3])))
    assert ids(*pages) == stored[:7]
    assert [len(each.rows) for each in pages] == [3, 3, 1]
    assert ids(*reversed(list(stock.back(listing, pages[-1].prev_cursor, cycle([2]))))) == stored[:6]
    # Filters come first: they are the most viewed of what is asked for.
    searched = listing._replace(search=("tea",), max_duration=None, exclude=("coffee",))
    assert ids(*stock.pages(searched, cycle([5]))) == stored[:7]


def test_a_ranking_shows_the_counts_of_its_moment(any_tables: Tables) -> None:
    stock = Stock(any_tables)
    stored = some_videos(stock, 4)
    stock.now += LATER
    listing = Listing(stock.queries[0], "views")
    first = stock.page(listing, None, 2)
    for age, video_id in enumerate(stored):
        video = stock.there[stock.queries[0], video_id]
        stock.put(replace(video, view_count=10_000 * age, refreshed_at=stamp(stock.now)))
        stock.now += LATER
        stock.put(replace(video, view_count=20_000 * age, refreshed_at=stamp(stock.now)))
    stock.now += LATER
    second = stock.page(listing, first.next_cursor, 2)
    assert ids(first, second) == stored
    assert [int(item["view_count"]["N"]) for item in (*first.items, *second.items)] == [1000, 999, 998, 997]
    assert ids(stock.page(listing, None, 4)) == stored[::-1]


def test_a_walk_by_views_ends_with_its_hour(any_tables: Tables) -> None:
    stock = Stock(any_tables)
    some_videos(stock, 4)
    stock.now += LATER
    listing = Listing(stock.queries[0], "views")
    cursor = stock.page(listing, None, 2).next_cursor
    stock.now += timedelta(minutes=59)
    assert len(stock.page(listing, cursor, 2).rows) == 2
    stock.now += timedelta(minutes=1)
    with pytest.raises(InvalidParameters, match="begin again"):
        stock.page(listing, cursor, 2)


def test_a_period_of_too_many_videos_is_refused(any_tables: Tables, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(most_viewed, "VIDEOS_AT_MOST", 5)
    stock = Stock(any_tables)
    stored = some_videos(stock, 6)
    stock.now += LATER
    listing = Listing(stock.queries[0], "views")
    with pytest.raises(InvalidParameters, match="shorter period"):
        stock.page(listing, None, 2)
    assert ids(stock.page(listing._replace(published_after=START - 4 * LATER), None, 10)) == stored[:5]


@pytest.mark.parametrize("order", ORDERS)
def test_a_video_of_many_queries_counts_as_it_is_believed_most(any_tables: Tables, order: Order) -> None:
    """The fallback's time and length of it are rough: YouTube's stand, and it is shown there, once."""
    stock = Stock(any_tables)
    one, two, three = stock.queries
    published = stamp(START)
    exact = Video(
        "video00000A", one, published, published, published, duration_seconds=100, view_count=7, detailed=True
    )
    rough = replace(
        exact, query=two, published_at=stamp(START + LATER), source="invidious", duration_seconds=160, detailed=False
    )
    between = replace(
        exact,
        video_id="video00000B",
        query=three,
        published_at=stamp(START + LATER / 2),
        duration_seconds=130,
        view_count=9,
    )
    stock.put(exact, rough, between)
    stock.now += LATER
    newest_first = order in ("newest", "longest", "views")
    for size in (1, 10):
        found = shown(*stock.pages(Listing("*", order), cycle([size])))
        expected = [("video00000B", (three,)), ("video00000A", (one, two))]
        assert found == (expected if newest_first else expected[::-1])


def test_lifting_a_block_shows_everything_again(any_tables: Tables) -> None:
    stock = Stock(any_tables)
    stored = some_videos(stock, 6, title="green tea", channel_id="UC_a")
    listing = Listing(stock.queries[0])
    for blocked in ((("UC_a",), ()), ((), ("tea green",))):
        stock.blocks[stock.queries[0]] = blocked
        assert ids(*stock.pages(listing, cycle([4]))) == []
    stock.blocks = {stock.queries[0]: ((), ("greens",))}
    assert ids(*stock.pages(listing, cycle([4]))) == stored
    stock.blocks = {}
    assert ids(*stock.pages(listing, cycle([4]))) == stored


def test_however_many_share_a_second_a_page_of_all_comes_further(
    any_tables: Tables, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_time, "STEP_AT_MOST", 2)
    monkeypatch.setattr(by_time, "LOOKED_AT_MOST", 2)
    stock = Stock(any_tables)
    published = stamp(START)
    stored = [f"{number:010d}A" for number in range(9)]
    for video_id in stored:
        stock.put(Video(video_id, stock.queries[0], published, published, published))
    for order, expected in (("newest", stored[::-1]), ("oldest", stored)):
        listing = Listing("*", order)  # type: ignore[arg-type]  # mypy takes the tuple's first part for any text
        pages = list(stock.pages(listing, [1] * 100))
        assert ids(*pages) == expected
        assert ids(*reversed(list(stock.back(listing, pages[-1].prev_cursor, [2] * 100)))) == expected[:-1]


def test_a_period_that_has_not_begun_is_empty(any_tables: Tables) -> None:
    stock = Stock(any_tables)
    some_videos(stock, 2)
    stock.now += LATER
    found = stock.page(Listing(stock.queries[0], "views", published_after=stock.now + LATER), None, 10)
    assert (found.rows, found.next_cursor, found.prev_cursor) == ((), None, None)


def test_of_several_counts_of_a_video_the_largest_counts(any_tables: Tables) -> None:
    stock = Stock(any_tables)
    one, two, _ = stock.queries
    first, second = some_videos(stock, 2)
    for query, views in ((one, 5000), (two, 100)):
        stock.put(replace(stock.there[one, second], query=query, view_count=views))
    stock.now += LATER
    found = stock.page(Listing("*", "views"), None, 10)
    assert ids(found) == [second, first]
    assert int(found.items[0]["view_count"]["N"]) == 5000


@pytest.mark.parametrize("order", ["newest", "longest"])
def test_a_cursor_outside_of_its_listing_is_refused(any_tables: Tables, order: Order) -> None:
    """As DynamoDB would refuse the key, and who made it up would be told to try again later."""
    stock = Stock(any_tables)
    listing = Listing(stock.queries[0], order, published_after=START, min_duration=100)
    for place in (Place(200, stamp(START - LATER), "video00000A"), Place(99, stamp(START), "video00000A")):
        token = Cursor(Direction.NEXT, place).token(listing)
        inside = order == "newest" and place.published_at == stamp(START)
        with nullcontext() if inside else pytest.raises(InvalidParameters, match="not a cursor"):
            stock.page(listing, token, 10)

"""The videos table: which videos are stored, in which order, and writing new ones."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import batched
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.aws.calls import get_items, put_items, query_items, table_errors
from newsreel.errors import ConditionFailed
from newsreel.library.item import expires_at, from_item, position, to_item
from newsreel.library.listing import Listing
from newsreel.library.word_index import Search, WordIndex
from newsreel.times import stamp
from newsreel.video import Live, Position, Video

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

type Index = Literal["by_query_published_at", "by_channel_published_at"]

STORED_AT_ONCE = 100
"""Videos whose entries are written before the first of them."""
STATE_STEP = 1000
"""Entries of a state that are read at a time."""
HASH_KEYS: dict[Index, str] = {"by_query_published_at": "query", "by_channel_published_at": "query_channel"}


class Stretch(NamedTuple):
    """A part of one partition of an index: from `since` up to `until`, both included, both optional."""

    name: Index
    """Of the index."""
    partition: str
    query: str
    since: str | None = None
    until: str | None = None

    def key(self, position: Position) -> Attributes:
        """The LastEvaluatedKey of the item at this position."""
        return {
            HASH_KEYS[self.name]: {"S": self.partition},
            "query": {"S": self.query},
            "published_at": {"S": position.published_at},
            "video_id": {"S": position.video_id},
        }


class Known(NamedTuple):
    """As much of a stored video as shows whether a search result says anything new of it."""

    video_id: str
    published_at: str
    source: str
    live: str
    detailed: bool
    title: str = ""
    channel_title: str = ""

    def repeated_by(self, found: Video) -> bool:
        """Whether a search result only repeats what is stored."""
        same = (self.live, self.title, self.channel_title) == (found.live, found.title, found.channel_title)
        if found.source == "invidious":
            # Its times drift, and YouTube's word stands against it.
            return same or self.source == "youtube"
        return same and (self.source, self.detailed, self.published_at) == ("youtube", True, found.published_at)


KNOWN = Known._fields


def _key(video_id: str, query: str) -> Attributes:
    return {"video_id": {"S": video_id}, "query": {"S": query}}


def _known(item: Attributes) -> Known:
    return Known(**unpacked(item))


class Videos:
    """The videos table, through a DynamoDB client; `index` follows whatever is written.

    What has expired is not there for any reader, though DynamoDB may take days to delete it.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        table: str,
        retention: timedelta,
        index: WordIndex,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._table = table
        self._retention = retention
        self.now = now
        self.index = index

    def read(
        self,
        stretch: Stretch,
        *,
        newest_first: bool,
        limit: int,
        after: Position | None = None,
        listing: Listing | None = None,
        attributes: Sequence[str] = (),
    ) -> tuple[list[Attributes], Position | None]:
        """One query of an index: at most `limit` items read, and the position to go on from, if any.

        What has expired is left out, and what the listing's `condition` leaves out: fewer are returned than were read.
        With `attributes`, only those. Raises TableUnavailable.
        """
        names = {"#partition": HASH_KEYS[stretch.name], "#expiry": "expires_at"}
        values: Attributes = {":partition": {"S": stretch.partition}, ":now": {"N": self._seconds()}}
        condition = "#partition = :partition"
        if stretch.since or stretch.until:
            names["#time"] = "published_at"
            condition += " AND #time BETWEEN :since AND :until"
            values[":since"] = {"S": stretch.since or "0"}
            values[":until"] = {"S": stretch.until or "9999"}
        conditions, wanted = listing.condition() if listing else ([], {})
        for part in conditions:
            names |= {f"#{name}": name for name in re.findall(r"#(\w+)", part)}
        values |= packed(wanted)
        request: dict[str, Any] = {"FilterExpression": " AND ".join(["#expiry > :now", *conditions])}
        if after:
            request["ExclusiveStartKey"] = stretch.key(after)
        if attributes:
            request["ProjectionExpression"] = ", ".join(f"#{name}" for name in attributes)
            names |= {f"#{name}": name for name in attributes}
        with table_errors():
            answer = self._client.query(
                TableName=self._table,
                IndexName=stretch.name,
                KeyConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=values,
                ScanIndexForward=not newest_first,
                Limit=limit,
                **request,
            )
        last = answer.get("LastEvaluatedKey")
        return answer["Items"], position(last) if last else None

    def newest(self, query: str, limit: int) -> list[Known]:
        """The newest videos of a query that search found, newest first; `limit` of them at most."""
        return self._searched(Stretch("by_query_published_at", query, query), limit, newest_first=True)

    def oldest_between(self, query: str, since: str, until: str, limit: int) -> list[Known]:
        """The first videos that search found from `since` up to `until`, both included, oldest first.

        `limit` at most.
        """
        stretch = Stretch("by_query_published_at", query, query, since, until)
        return self._searched(stretch, limit, newest_first=False)

    def _searched(self, stretch: Stretch, limit: int, *, newest_first: bool) -> list[Known]:
        """The first videos of a stretch that search found: what it has not given yet proves nothing of it."""
        found: list[Known] = []
        for items in self._pages(stretch, limit, (*KNOWN, "found_by"), newest_first=newest_first):
            searched = [item for item in items if "found_by" not in item]
            found += map(_known, searched)
            if len(found) >= limit or len(searched) == len(items):
                break
        return found[:limit]

    def _pages(
        self, stretch: Stretch, limit: int, attributes: Sequence[str], *, newest_first: bool
    ) -> Iterator[Sequence[Attributes]]:
        """The items of a stretch, at most `limit` at a time."""
        after = None
        while True:
            items, after = self.read(
                stretch, newest_first=newest_first, limit=limit, after=after, attributes=attributes
            )
            yield items
            if after is None:
                return

    def find(self, query: str, video_ids: Iterable[str]) -> dict[str, Video]:
        """The stored videos among these ids, as they are right now."""
        items = self.items(query, video_ids, consistent=True)
        return {video_id: from_item(item) for video_id, item in items.items()}

    def items(self, query: str, video_ids: Iterable[str], *, consistent: bool = False) -> dict[str, Attributes]:
        """The items of the stored videos among these ids."""
        keys = [_key(video_id, query) for video_id in dict.fromkeys(video_ids)]
        return {item["video_id"]["S"]: item for item in self._current(keys, consistent=consistent)}

    def copies(self, video_id: str) -> dict[str, Attributes]:
        """The items of one video, by the queries that found it, watched or not."""
        items = query_items(
            self._client,
            TableName=self._table,
            KeyConditionExpression="video_id = :video_id",
            ExpressionAttributeValues=packed({":video_id": video_id}),
        )
        return {item["query"]["S"]: item for item in self._there(items)}

    def one_each(self, video_ids: Mapping[str, str]) -> dict[str, Attributes]:
        """The items of one video of each query, by query, as far as they are stored."""
        items = self._current([_key(video_id, query) for query, video_id in video_ids.items()])
        return {item["query"]["S"]: item for item in items}

    def put(self, videos: Sequence[Video], replaced: Mapping[str, Video]) -> None:
        """Store these videos; `replaced` has, by id, what is there of them already."""
        # Some at a time, so that a burst that is cut off is stored as far as it came.
        for some in batched(videos, STORED_AT_ONCE):
            with self.index.ahead_of(some, replaced):
                put_items(self._client, self._table, [to_item(video, self._retention) for video in some])

    def put_of_fallback(self, video: Video, former: Video | None) -> bool:
        """Store the fallback's version of a video unless YouTube's is there; whether it was stored.

        `former` is the fallback's own version that is there already.
        """
        return self._put_if(
            "attribute_not_exists(video_id) OR #source = :source",
            video,
            former,
            ExpressionAttributeNames={"#source": "source"},
            ExpressionAttributeValues={":source": {"S": video.source}},
        )

    def put_new(self, video: Video) -> bool:
        """Store a video unless it is there; whether it was stored."""
        return self._put_if("attribute_not_exists(video_id)", video, None)

    def tracked(self, query: str, since: str, until: str) -> Iterator[bool]:
        """Of each video from `since` up to `until` that tracking saw first: whether a search has given it since.

        Oldest first.
        """
        stretch = Stretch("by_query_published_at", query, query, since, until)
        names = ("video_id", "published_at", "found_by", "tracked")
        for items in self._pages(stretch, STATE_STEP, names, newest_first=False):
            yield from ("found_by" not in item for item in items if "tracked" in item)

    def kept_longer(self, video: Video, former: Video) -> bool:
        """Whether a newer version of a video may be kept longer than what is there."""
        return expires_at(video, self._retention) > expires_at(former, self._retention)

    def renew(self, video: Video, former: Video) -> bool:
        """Store a newer version of a video that is there; False where it was removed meanwhile."""
        return self._put_if("attribute_exists(video_id)", video, former)

    def _put_if(self, condition: str, video: Video, former: Video | None, **request: Any) -> bool:
        # Where it is refused, the former version's entries stay: they may be those of what is there.
        with (
            suppress(ConditionFailed),
            self.index.ahead_of([video], {former.video_id: former} if former else {}),
            table_errors(),
        ):
            self._client.put_item(
                TableName=self._table,
                Item=to_item(video, self._retention),
                ConditionExpression=condition,
                **request,
            )
            return True
        return False

    def between(self, query: str, since: datetime, until: datetime, limit: int) -> tuple[list[Video], bool]:
        """The first videos from `since` up to, but not including, `until`, oldest first; and whether there are more."""
        last = stamp(until - timedelta(seconds=1))
        stretch = Stretch("by_query_published_at", query, query, stamp(since), last)
        items, more = self.read(stretch, newest_first=False, limit=limit)
        return [from_item(item) for item in items], more is not None

    def in_state(self, live: Live) -> list[Video]:
        """All videos that are live, or that are upcoming, of whatever query: of other states there is no index."""
        keys = [_key(video_id, query) for query, video_id in self.index.in_state(live)]
        return [video for video in map(from_item, self._current(keys)) if video.live == live]

    def of_query_in_state(self, query: str, live: Live) -> list[Video]:
        """The same of one query, those included that were stored before there was an index of all."""
        search = Search(query, (), live=live)
        (beginning,) = search.beginnings()
        found, after = [], None
        while True:
            step = self.index.read(search, beginning, newest_first=True, limit=STATE_STEP, after=after)
            stored = map(from_item, self.items(query, [place.video_id for place in step.found]).values())
            found += [video for video in stored if video.live == live]
            if (after := step.rest) is None:
                return found

    def remove(self, query: str, video_ids: Iterable[str]) -> None:
        """Delete these videos of a query, as YouTube no longer has them."""
        for video in self.find(query, video_ids).values():
            with table_errors():
                self._client.delete_item(TableName=self._table, Key=_key(video.video_id, query))
            self.index.remove([video])

    def _current(self, keys: Sequence[Attributes], *, consistent: bool = False) -> Iterator[Attributes]:
        return self._there(get_items(self._client, self._table, keys, consistent=consistent))

    def _there(self, items: Iterable[Attributes]) -> Iterator[Attributes]:
        now = int(self._seconds())
        return (item for item in items if int(item["expires_at"]["N"]) > now)

    def _seconds(self) -> str:
        return str(int(self.now().timestamp()))

"""The words table: an index of the videos by the beginnings of their words, as DynamoDB searches no texts.

For each video there is one entry under each different beginning of its words, one under its channel, one among all,
with its views, one among those of known length, sorted by that, and two under its state while it is live or upcoming:
among its query's videos, and among those of all queries. The entries of one beginning are sorted by the videos' times.
Each holds all that a request may ask for, so that DynamoDB itself leaves out what does not match, and no video is read
for that.

An entry is only a hint: it is written before its video and removed after it, so a video is never without its entries,
while an entry may be without its video. Whoever follows one checks what it finds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from newsreel.aws.attributes import Attributes, packed, unpacked
from newsreel.aws.calls import delete_items, get_items, put_items, query_items, table_errors
from newsreel.library.item import expires_at
from newsreel.library.listing import Listing
from newsreel.library.place import Place, timed
from newsreel.library.words import beginnings, is_run, sign, text_of, words_of
from newsreel.video import Live, Position, Video

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FIRST, LAST = "0", "9999"
"""Before and after all times."""
AFTER_ALL = "~"
"""This sign sorts after all that a position has."""
OF_EVERY_QUERY = ""
"""No query has this name."""
ALL, LENGTHS = "=all", "=length"
"""The beginnings under which all videos are, and those of known length. No word has this sign."""
LENGTH_DIGITS = 7
LENGTH_AT_MOST = 10**LENGTH_DIGITS - 1
INDEXED_STATES: tuple[Live, ...] = ("live", "upcoming")
"""What most videos are not."""
VIEWS_KEPT = timedelta(hours=1)
"""So long an entry tells how many views its video had, so that a walk by views may go on."""


class Search(NamedTuple):
    """Which videos of a query are looked for; a channel, a state and the bounds narrow it where they are given."""

    query: str
    words: tuple[str, ...] = ()
    """As `words.requested` makes them."""
    channel_id: str | None = None
    live: Live | None = None
    since: str | None = None
    until: str | None = None
    """The last second, included."""

    def signs(self) -> list[str]:
        """What the text of an entry must contain, each."""
        signs = [sign(word) for word in self.words]
        if self.channel_id:
            signs.append(f" {_channel(self.channel_id)} ")
        if self.live:
            signs.append(f" {_state(self.live)} ")
        return signs

    def beginnings(self) -> list[str]:
        """The beginnings under which each of these videos has an entry, those likely to be rare first."""
        found = []
        if self.channel_id:
            found.append(_channel(self.channel_id))
        if self.live in INDEXED_STATES:
            found.append(_state(self.live))
        for word in sorted(self.words, key=len, reverse=True):
            found += beginnings(word) if is_run(word) else beginnings(word)[-1:]
        return list(dict.fromkeys(found))


def searched(listing: Listing, query: str) -> Search:
    """What a listing looks for among the videos of a query."""
    return Search(query, listing.search, listing.channel_id, listing.live, *listing.bounds())


class Step(NamedTuple):
    """What was read of one beginning: where the matching entries point, how many were read, and where it goes on."""

    found: list[Place]
    read: int
    rest: Place | None


type Views = Mapping[str, int | None]
"""How many a video had, by when that was stored, in Unix seconds: the last before an hour ago, and all since."""


class WordIndex:
    """The words table, through a DynamoDB client."""

    def __init__(self, client: "DynamoDBClient", table: str, retention: timedelta, now: Callable[[], datetime]) -> None:
        self._client = client
        self._table = table
        self._retention = retention
        self._now = now

    @contextmanager
    def ahead_of(self, videos: Sequence[Video], replaced: Mapping[str, Video]) -> Iterator[None]:
        """Write the entries of videos that are about to be written; afterwards remove those that no longer hold.

        `replaced` has the stored versions by id. Until the end an entry matches both versions of its video, so that it
        is found whichever of them is there. Raises TableUnavailable.
        """
        entries: list[Attributes] = []
        stale: list[Attributes] = []
        changed: list[tuple[Video, Video | None, bool]] = []
        for video in videos:
            former = replaced.get(video.video_id)
            alike = former is not None and self._alike(former, video)
            if not (former and alike and former.view_count == video.view_count):
                changed.append((video, former, alike))
        views = self._views([video for video, former, _ in changed if former])
        for video, former, alike in changed:
            written = self.entries(video, former, views.get(video.video_id, {}))
            if alike:
                written = [entry for entry in written if _is_of_all(entry)]
            elif former:
                kept = _filed(video)[1]
                stale += [key for key in _filed(former)[1] if key not in kept]
            entries += written
        put_items(self._client, self._table, entries)
        yield
        delete_items(self._client, self._table, stale)

    def _alike(self, one: Video, other: Video) -> bool:
        """Whether two versions of a video have the same entries, but for the views."""
        kept = [expires_at(each, self._retention) for each in (one, other)]
        return kept[0] == kept[1] and _filed(one) == _filed(other)

    def entries(
        self, video: Video, former: Video | None = None, views: Views = MappingProxyType({})
    ) -> list[Attributes]:
        """The entries of a video; they match a former version of it too. `views` is what was told of it until now."""
        pieces, keys = _filed(video)
        if former:
            pieces += _filed(former)[0]
        rest = packed({"text": text_of(dict.fromkeys(pieces)), "expires_at": expires_at(video, self._retention)})
        told = packed({"views": self._told(video, views)})
        return [key | rest | (told if _is_of_all(key) else {}) for key in keys]

    def _told(self, video: Video, former: Views) -> Views | None:
        """What is told of a video's views from now on."""
        now = int(self._now().timestamp())
        earlier = sorted(int(at) for at in former if int(at) < now)
        kept = {
            str(at): former[str(at)]
            for at, until in pairwise([*earlier, now])
            if until > now - VIEWS_KEPT.total_seconds()
        }
        last = kept[str(earlier[-1])] if kept else None
        return (kept if last == video.view_count else kept | {str(now): video.view_count}) or None

    def _views(self, videos: Sequence[Video]) -> dict[str, Views]:
        """What is told of the views of these videos, by id."""
        keys = [_key_of_all(video) for video in videos]
        found = map(unpacked, get_items(self._client, self._table, keys, consistent=True))
        return {_position(each["position"]).video_id: each.get("views", {}) for each in found}

    def remove(self, videos: Iterable[Video]) -> None:
        """Remove the entries of videos that are gone. Raises TableUnavailable."""
        keys = [key for video in videos for key in _filed(video)[1]]
        delete_items(self._client, self._table, keys)

    def in_state(self, live: Live) -> Iterator[tuple[str, str]]:
        """Query and id of all videos that are live, or that are upcoming. Raises TableUnavailable."""
        entries = query_items(
            self._client,
            TableName=self._table,
            KeyConditionExpression="#beginning = :beginning",
            ProjectionExpression="#position",
            ExpressionAttributeNames={"#beginning": "beginning", "#position": "position"},
            ExpressionAttributeValues=packed({":beginning": _partition(OF_EVERY_QUERY, _state(live))}),
        )
        return map(_of_every_query, entries)

    def read(
        self, search: Search, beginning: str, *, newest_first: bool, limit: int, after: Place | None = None
    ) -> Step:
        """Read the next `limit` entries of one beginning, or a megabyte of them. Raises TableUnavailable."""
        stretch = (search.since or FIRST, f"{search.until or LAST}{AFTER_ALL}")
        answer = self._read(
            search, beginning, stretch, newest_first, limit, _text_of(after.position) if after else None
        )
        rest = answer.get("LastEvaluatedKey")
        return Step(
            [timed(_position(item["position"]["S"])) for item in answer["Items"]],
            answer["ScannedCount"],
            timed(_position(rest["position"]["S"])) if rest else None,
        )

    def read_lengths(
        self, search: Search, least: int, most: int, *, longest_first: bool, limit: int, after: Place | None = None
    ) -> Step:
        """The same of the videos from `least` up to `most` seconds long, sorted by that. Raises TableUnavailable."""
        stretch = (_digits(least), f"{_digits(most)}{AFTER_ALL}")
        answer = self._read(search, LENGTHS, stretch, longest_first, limit, _text_of_length(after) if after else None)
        rest = answer.get("LastEvaluatedKey")
        found = [_place(item["position"]["S"]) for item in answer["Items"]]
        since, until = search.since or FIRST, search.until or LAST
        return Step(
            [place for place in found if since <= place.published_at <= until],
            answer["ScannedCount"],
            _place(rest["position"]["S"]) if rest else None,
        )

    def read_views(self, search: Search, as_of: int, at_most: int) -> list[Place] | None:
        """How many views each video had at a time, in Unix seconds, in no order; None where there are too many.

        The time is less than an hour ago; a video that was stored later is left out. Raises TableUnavailable.
        """
        stretch = (search.since or FIRST, f"{search.until or LAST}{AFTER_ALL}")
        found: list[Place] = []
        read, after = 0, None
        while read <= at_most:
            answer = self._read(search, ALL, stretch, True, at_most + 1, after, ", #views")  # noqa: FBT003 - in any order
            for item in answer["Items"]:
                told = item["views"]["M"] if "views" in item else {}
                known = max((at for at in told if int(at) <= as_of), key=int, default=None)
                if known is not None and "N" in told[known]:
                    found.append(Place(int(told[known]["N"]), *_position(item["position"]["S"])))
            read += answer["ScannedCount"]
            if "LastEvaluatedKey" not in answer:
                return found if read <= at_most else None
            after = answer["LastEvaluatedKey"]["position"]["S"]
        return None

    def _read(
        self,
        search: Search,
        beginning: str,
        stretch: tuple[str, str],
        descending: bool,  # noqa: FBT001 - the public methods name it for what it means to them
        limit: int,
        after: str | None,
        besides: str = "",
    ) -> Any:
        signs = {f":sign{number}": text for number, text in enumerate(search.signs())}
        names = {"#beginning": "beginning", "#position": "position"}
        values = {":beginning": _partition(search.query, beginning), ":first": stretch[0], ":last": stretch[1], **signs}
        request: dict[str, Any] = {}
        if signs:
            names["#text"] = "text"
            request["FilterExpression"] = " AND ".join(f"contains(#text, {name})" for name in signs)
        if besides:
            names["#views"] = "views"
        if after:
            request["ExclusiveStartKey"] = _key(search.query, beginning, after)
        with table_errors():
            return self._client.query(
                TableName=self._table,
                KeyConditionExpression="#beginning = :beginning AND #position BETWEEN :first AND :last",
                ProjectionExpression=f"#position{besides}",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=packed(values),
                ScanIndexForward=not descending,
                Limit=limit,
                **request,
            )


def _of_every_query(key: Attributes) -> tuple[str, str]:
    _, video_id, query = key["position"]["S"].split("#", 2)
    return query, video_id


def _filed(video: Video) -> tuple[list[str], list[Attributes]]:
    """All of a video that a request may ask for, and the keys of its entries."""
    words, state = words_of(video), _state(video.live)
    channel = [_channel(video.channel_id)] if video.channel_id else []
    begun = [beginning for word in words for beginning in beginnings(word)]
    begun += channel + [state] * (video.live in INDEXED_STATES)
    position = _text_of(_position_of(video))
    keys = [_key_of_all(video), *(_key(video.query, beginning, position) for beginning in dict.fromkeys(begun))]
    if video.live in INDEXED_STATES:
        keys.append(_key(OF_EVERY_QUERY, state, f"{position}#{video.query}"))
    if video.duration_seconds is not None and video.duration_seconds <= LENGTH_AT_MOST:
        place = Place(video.duration_seconds, *_position_of(video))
        keys.append(_key(video.query, LENGTHS, _text_of_length(place)))
    return [*words, *channel, state], keys


def _key_of_all(video: Video) -> Attributes:
    return _key(video.query, ALL, _text_of(_position_of(video)))


def _is_of_all(key: Attributes) -> bool:
    partition: str = key["beginning"]["S"]
    return partition.endswith(f"#{ALL}")


def _channel(channel_id: str) -> str:
    return f"@{channel_id}"


def _state(live: Live) -> str:
    return f"={live}"


def _key(query: str, beginning: str, position: str) -> Attributes:
    return packed({"beginning": _partition(query, beginning), "position": position})


def _partition(query: str, beginning: str) -> str:
    # No beginning holds this sign, so that no two queries share a partition.
    return f"{query}#{beginning}"


def _position_of(video: Video) -> Position:
    return Position(video.published_at, video.video_id)


def _text_of(position: Position) -> str:
    return f"{position.published_at}#{position.video_id}"


def _position(text: str) -> Position:
    published_at, _, video_id = text.partition("#")
    return Position(published_at, video_id)


def _text_of_length(place: Place) -> str:
    return f"{_digits(place.rank)}#{_text_of(place.position)}"


def _digits(seconds: int) -> str:
    return f"{seconds:0{LENGTH_DIGITS}d}"


def _place(text: str) -> Place:
    seconds, _, position = text.partition("#")
    return Place(int(seconds), *_position(position))

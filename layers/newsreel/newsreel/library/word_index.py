"""The words table: an index of the videos by the beginnings of their words, as DynamoDB searches no texts.

For each video there is one entry under each different beginning of its words, one under its channel, and two under
its state while it is live or upcoming: among its query's videos, and among those of all queries. The entries of one
beginning are sorted by the videos' times. Each holds all that a request may ask for, so that DynamoDB itself leaves out
what does not match, and no video is read for that.

An entry is only a hint: it is written before its video and removed after it, so a video is never without its entries,
while an entry may be without its video. Whoever follows one checks what it finds (`Search.finds`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from newsreel.aws.attributes import Attributes, packed
from newsreel.aws.calls import delete_items, put_items, query_items, table_errors
from newsreel.library.item import expires_at
from newsreel.library.words import beginnings, is_run, words_of
from newsreel.video import Live, Position, Video

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FIRST, LAST = "0", "9999"
"""Before and after all times."""
EVERY_QUERY = ""
"""No query has this name."""
INDEXED_STATES: tuple[Live, ...] = ("live", "upcoming")
"""What most videos are not."""


class Search(NamedTuple):
    """Which videos are looked for; a channel, a state and the bounds narrow it where they are given."""

    query: str
    words: tuple[str, ...]
    """As `words.requested` makes them."""
    channel_id: str | None = None
    live: Live | None = None
    since: str | None = None
    until: str | None = None
    """The last second, included."""

    def parts(self) -> list[str]:
        """What the text of an entry must contain, each."""
        parts = [word if is_run(word) else f" {word}" for word in self.words]
        if self.channel_id:
            parts.append(f" {_channel(self.channel_id)} ")
        if self.live:
            parts.append(f" {_state(self.live)} ")
        return parts

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

    def finds(self, video: Video, position: Position) -> bool:
        """Whether the video that an entry at this position points to still stands there and matches."""
        text = _text(_filed(video)[0])
        there = (video.published_at, video.video_id) == (position.published_at, position.video_id)
        return there and all(part in text for part in self.parts())


class Step(NamedTuple):
    """What was read of one beginning: where the matching entries point, how many were read, and where it goes on."""

    found: list[Position]
    read: int
    rest: Position | None


class WordIndex:
    """The words table, through a DynamoDB client."""

    def __init__(self, client: "DynamoDBClient", table: str, retention: timedelta) -> None:
        self._client = client
        self._table = table
        self._retention = retention

    @contextmanager
    def ahead_of(self, videos: Sequence[Video], replaced: Mapping[str, Video]) -> Iterator[None]:
        """Write the entries of videos that are about to be written; afterwards remove those that no longer hold.

        `replaced` has the stored versions by id. Until the end an entry matches both versions of its video, so that it
        is found whichever of them is there. Raises TableUnavailable.
        """
        entries: list[Attributes] = []
        stale: list[Attributes] = []
        for video in videos:
            former = replaced.get(video.video_id)
            if former and self._alike(former, video):
                continue
            entries += self.entries(video, former)
            if former:
                kept = _filed(video)[1]
                stale += [key for key in _filed(former)[1] if key not in kept]
        put_items(self._client, self._table, entries)
        yield
        delete_items(self._client, self._table, stale)

    def _alike(self, one: Video, other: Video) -> bool:
        """Whether two versions of a video have the same entries."""
        kept = [expires_at(each, self._retention) for each in (one, other)]
        return kept[0] == kept[1] and _filed(one) == _filed(other)

    def entries(self, video: Video, former: Video | None = None) -> list[Attributes]:
        """The entries of a video; they match a former version of it too."""
        pieces, keys = _filed(video)
        if former:
            pieces += _filed(former)[0]
        rest = packed({"text": _text(dict.fromkeys(pieces)), "expires_at": expires_at(video, self._retention)})
        return [key | rest for key in keys]

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
            ExpressionAttributeValues=packed({":beginning": _partition(EVERY_QUERY, _state(live))}),
        )
        return map(_of_every_query, entries)

    def read(
        self, search: Search, beginning: str, *, newest_first: bool, limit: int, after: Position | None = None
    ) -> Step:
        """Read the next `limit` entries of one beginning, or a megabyte of them. Raises TableUnavailable."""
        parts = search.parts()
        names = {"#beginning": "beginning", "#position": "position", "#text": "text"}
        values = {
            ":beginning": _partition(search.query, beginning),
            ":since": search.since or FIRST,
            # This sign sorts after the one that follows the time in a position.
            ":until": f"{search.until or LAST}~",
            **{f":part{number}": part for number, part in enumerate(parts)},
        }
        request: dict[str, Any] = {}
        if after:
            request["ExclusiveStartKey"] = _key(search.query, beginning, _text_of(after))
        with table_errors():
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="#beginning = :beginning AND #position BETWEEN :since AND :until",
                FilterExpression=" AND ".join(f"contains(#text, :part{number})" for number in range(len(parts))),
                ProjectionExpression="#position",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=packed(values),
                ScanIndexForward=not newest_first,
                Limit=limit,
                **request,
            )
        rest = answer.get("LastEvaluatedKey")
        found = [_position(item) for item in answer["Items"]]
        return Step(found, answer["ScannedCount"], _position(rest) if rest else None)


def _of_every_query(key: Attributes) -> tuple[str, str]:
    _, video_id, query = key["position"]["S"].split("#", 2)
    return query, video_id


def _filed(video: Video) -> tuple[list[str], list[Attributes]]:
    """All of a video that a request may ask for, and the keys of its entries."""
    words, state = words_of(video), _state(video.live)
    channel = [_channel(video.channel_id)] if video.channel_id else []
    begun = [beginning for word in words for beginning in beginnings(word)]
    begun += channel + [state] * (video.live in INDEXED_STATES)
    position = _text_of(Position(video.published_at, video.video_id))
    keys = [_key(video.query, beginning, position) for beginning in dict.fromkeys(begun)]
    if video.live in INDEXED_STATES:
        keys.append(_key(EVERY_QUERY, state, f"{position}#{video.query}"))
    return [*words, *channel, state], keys


def _text(pieces: Iterable[str]) -> str:
    """The text of an entry. In no word there is a space, or the sign of a channel or a state."""
    return f" {' '.join(pieces)} "


def _channel(channel_id: str) -> str:
    return f"@{channel_id}"


def _state(live: Live) -> str:
    return f"={live}"


def _key(query: str, beginning: str, position: str) -> Attributes:
    return packed({"beginning": _partition(query, beginning), "position": position})


def _partition(query: str, beginning: str) -> str:
    # No beginning holds this sign, so that no two queries share a partition.
    return f"{query}#{beginning}"


def _text_of(position: Position) -> str:
    return f"{position.published_at}#{position.video_id}"


def _position(key: Attributes) -> Position:
    published_at, _, video_id = key["position"]["S"].partition("#")
    return Position(published_at, video_id)

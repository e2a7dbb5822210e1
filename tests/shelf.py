"""One query's videos in the table, and beside it: what was put there and what is still there."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

from newsreel.video import Video
from tests.tables import Tables

queries = (f"query {number}" for number in count())


@dataclass
class Shelf:
    """A query of its own, as tables that are shared by examples are never emptied."""

    tables: Tables
    query: str = field(default_factory=lambda: next(queries))
    there: dict[str, Video] = field(default_factory=dict)
    """By id."""

    def __post_init__(self) -> None:
        self.videos = self.tables.stored()
        self.numbers = count()

    def video(self, published_at: str, **fields: Any) -> Video:
        """A new video of this query, not stored yet."""
        number = next(self.numbers)
        # Ids in another order than the videos come in, or an engine that sorts ties by arrival would look right.
        video_id = f"{number * 7919 % 100_003:05d}{number:06d}"
        return Video(video_id, self.query, published_at, published_at, published_at, **fields)

    def put(self, *added: Video) -> list[str]:
        """Store videos; their ids."""
        self.videos.put(added, {})
        self.there |= {video.video_id: video for video in added}
        return [video.video_id for video in added]

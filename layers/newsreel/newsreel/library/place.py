"""Places: where a video stands in a listing, whatever the listing is sorted by."""

from collections.abc import Iterator
from typing import NamedTuple

from newsreel.video import Position, Video


class Place(NamedTuple):
    """The sorting value of a video, and what decides among equal ones. Places compare as they are listed."""

    rank: int
    """Seconds of length or views; 0 where time alone decides."""
    published_at: str
    video_id: str

    @property
    def position(self) -> Position:
        """The same by time alone."""
        return Position(self.published_at, self.video_id)


type Walk = Iterator[tuple[list[Place], Place | None]]
"""Places in order, some at a time, each time with the place beyond which nothing is known yet, None at the end."""


def timed(position: Position) -> Place:
    """The place in a listing that is sorted by time."""
    return Place(0, *position)


def of_video(video: Video, ranked_by: str | None) -> Place:
    """The place of a video; `ranked_by` names the field that the listing is sorted by before time, if any."""
    rank = getattr(video, ranked_by) if ranked_by else 0
    return Place(-1 if rank is None else rank, video.published_at, video.video_id)

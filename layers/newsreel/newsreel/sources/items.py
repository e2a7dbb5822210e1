"""Reading fields of answers that may hold anything.

What makes a video is its id and its time; an item without a proper one of these is malformed. All else is taken where
it is usable and left out where it is not, so that one odd field never costs a video, and one odd item never its batch.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from newsreel.ids import is_channel_id, is_video_id
from newsreel.texts import utf_8
from newsreel.times import instant, stamp
from newsreel.video import Thumbnail

PAGE = 50
"""Items that YouTube gives at a time."""
FIRST_VIDEO = datetime(2005, 4, 23, tzinfo=UTC)
"""YouTube's first video was published on this day, in California."""
CLOCKS_DIFFER = timedelta(minutes=5)
"""A time so far in the future is that of a clock that is ahead of this one."""
TITLE_LENGTH = 500
DESCRIPTION_LENGTH = 10_000
THUMBNAILS_AT_MOST = 20
PIXELS_AT_MOST = 100_000
COUNT_AT_MOST = 10**18


class Malformed(ValueError):
    """An item that does not make a video."""


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def text(value: Any, length: int) -> str:
    """The value if it is a text, at most so long and free of what UTF-8 cannot hold; else an empty text."""
    if not isinstance(value, str):
        return ""
    return utf_8(value[:length])


def said(value: Any, length: int, unsaid: str) -> str:
    """The value as `text` has it where it is a text, an empty one too; else `unsaid`."""
    return text(value, length) if isinstance(value, str) else unsaid


def video_id(value: Any) -> str:
    """A video's id: 11 letters, digits, `-` and `_`. Raises Malformed."""
    if not isinstance(value, str) or not is_video_id(value):
        raise Malformed("no proper video id")
    return value


def channel_id(value: Any) -> str | None:
    """A channel's id, or None where there is no proper one."""
    return value if isinstance(value, str) and is_channel_id(value) else None


def time(value: Any, now: datetime) -> str:
    """A time in any RFC 3339 form at which a video can have been published, as `times.stamp` makes it.

    Raises Malformed.
    """
    try:
        moment = instant(value)
    except (TypeError, ValueError):
        raise Malformed("no proper time") from None
    if not FIRST_VIDEO <= moment <= now + CLOCKS_DIFFER:
        raise Malformed("no time at which a video can have been published")
    return stamp(moment)


def any_time(value: Any) -> str | None:
    """A time in any RFC 3339 form, as `times.stamp` makes it; None for anything else."""
    try:
        return stamp(instant(value))
    except (TypeError, ValueError):
        return None


def count(value: Any) -> int | None:
    """A number from 0 on, which YouTube writes as a text; None for anything else."""
    if type(value) is int:
        return value if 0 <= value <= COUNT_AT_MOST else None
    return int(value) if isinstance(value, str) and re.fullmatch(r"\d{1,18}", value, re.ASCII) else None


def truth(value: Any, unsaid: bool | None) -> bool | None:  # noqa: FBT001 - what is kept
    """The value if it is true or false; else `unsaid`."""
    return value if isinstance(value, bool) else unsaid


def thumbnails(named: Iterable[tuple[Any, Any]]) -> dict[str, Thumbnail]:
    """The usable thumbnails among (name, object) pairs."""
    result: dict[str, Thumbnail] = {}
    for name, value in named:
        url = mapping(value).get("url")
        if not isinstance(name, str) or not isinstance(url, str) or not re.fullmatch(r"https?://\S{1,500}", url):
            continue
        size = {side: _pixels(value.get(side)) for side in ("width", "height")}
        result[text(name, 40)] = {"url": text(url, 600), **size}
        if len(result) == THUMBNAILS_AT_MOST:
            break
    return result


def _pixels(value: Any) -> int | None:
    return value if type(value) is int and 0 < value <= PIXELS_AT_MOST else None

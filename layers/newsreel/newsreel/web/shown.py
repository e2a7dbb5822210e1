"""What readers are shown of a stored video."""

from typing import Any

from newsreel.aws.attributes import Attributes
from newsreel.video import Thumbnail

WATCH_URL = "https://www.youtube.com/watch?v="


def video(item: Attributes) -> dict[str, Any]:
    """The video of an item as readers see it.

    It takes the attributes' types for known, as `unpacked` would cost a page of 50 a third more (`make bench`).
    """
    video_id, duration = item["video_id"]["S"], item.get("duration_seconds")
    return {
        "video_id": video_id,
        "query": item["query"]["S"],
        "url": WATCH_URL + video_id,
        "title": _text(item, "title"),
        "description": _text(item, "description"),
        "channel_id": _text(item, "channel_id") or None,
        "channel_title": _text(item, "channel_title"),
        "thumbnails": _thumbnails(item["thumbnails"]["M"]) if "thumbnails" in item else {},
        "published_at": item["published_at"]["S"],
        "published_at_exact": item["published_at_exact"]["BOOL"],
        "duration_seconds": duration and int(duration["N"]),
        "live": item["live"]["S"],
        "source": item["source"]["S"],
        "first_seen_at": item["first_seen_at"]["S"],
        "fetched_at": item["fetched_at"]["S"],
    }


def _text(item: Attributes, name: str) -> str:
    """A text, which is left out of an item where it is empty."""
    text: str = item[name]["S"] if name in item else ""
    return text


def _thumbnails(pictures: Attributes) -> dict[str, Thumbnail]:
    return {name: _thumbnail(picture["M"]) for name, picture in pictures.items()}


def _thumbnail(sides: Attributes) -> Thumbnail:
    return {"url": sides["url"]["S"], "width": _pixels(sides["width"]), "height": _pixels(sides["height"])}


def _pixels(value: Attributes) -> int | None:
    return int(value["N"]) if "N" in value else None

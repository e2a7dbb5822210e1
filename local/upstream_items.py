"""The items of the sample upstream's answers, in YouTube's words."""

import base64
import hashlib
import html
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from local.catalogue import Clip, Upload

DESCRIPTION_LENGTH = 141
"""At most, in searches."""
GONE = {
    "deleted": ("Deleted video", "This video is unavailable.", "privacyStatusUnspecified"),
    "private": ("Private video", "This video is private.", "private"),
}
"""The title, the description and the status of what has only its place left in a playlist."""


def search_result(clip: Clip) -> dict[str, Any]:
    """A video as searches show it."""
    snippet = _snippet(clip)
    if len(clip.description) > DESCRIPTION_LENGTH:
        # Cut at a word, the way recorded answers are.
        head = clip.description[: DESCRIPTION_LENGTH - 4]
        snippet["description"] = f"{head.rpartition(' ')[0] or head} ..."
    # YouTube writes the apostrophe in decimal.
    snippet["title"] = html.escape(clip.title).replace("&#x27;", "&#39;")
    snippet["publishTime"] = snippet["publishedAt"]
    return {
        "kind": "youtube#searchResult",
        "etag": etag(clip.video_id),
        "id": {"kind": "youtube#video", "videoId": clip.video_id},
        "snippet": snippet,
    }


def details(clip: Clip, parts: list[str]) -> dict[str, Any]:
    """A video as `videos.list` shows it."""
    on_air = {"actualStartTime": _stamp(clip.published_at)}
    announced = {"scheduledStartTime": _stamp(clip.starts_at or clip.published_at + timedelta(hours=6))}
    views = zlib.crc32(clip.video_id.encode()) % 100_000 if clip.views is None else clip.views
    sides = {"embedHeight": "720", "embedWidth": "405" if clip.vertical else "1280"}
    every_part: dict[str, dict[str, Any]] = {
        "snippet": _snippet(clip) | {"categoryId": "17"},
        "contentDetails": {
            "duration": "P0D" if clip.live != "none" else _iso_duration(clip.duration_seconds),
            "dimension": "2d",
            "definition": "hd",
            "caption": "false",
        },
        "statistics": {"viewCount": str(views), "likeCount": str(views // 40)},
        "status": {
            "uploadStatus": "processed",
            "privacyStatus": "public",
            "embeddable": clip.embeddable,
            "madeForKids": clip.made_for_kids,
        },
        "player": {"embedHtml": f'<iframe src="//www.youtube.com/embed/{clip.video_id}"></iframe>', **sides},
    }
    if clip.live != "none":
        every_part["liveStreamingDetails"] = on_air if clip.live == "live" else announced
    return {"kind": "youtube#video", "etag": etag(clip.video_id), "id": clip.video_id, **_shown(every_part, parts)}


def playlist_item(upload: Upload, position: int, parts: list[str]) -> dict[str, Any]:
    """A video as its channel's uploads playlist shows it."""
    clip, gone = upload
    playlist_id = f"UU{clip.channel_id.removeprefix('UC')}"
    item_id = base64.urlsafe_b64encode(f"{playlist_id}.{zlib.crc32(clip.video_id.encode()):016X}".encode())
    title, description, status = GONE[gone] if gone else (clip.title, clip.description, "public")
    snippet = {
        "publishedAt": _stamp(upload.at),
        "channelId": clip.channel_id,
        "title": title,
        "description": description,
        "thumbnails": {} if gone else dict(clip.thumbnails),
        "channelTitle": clip.channel_title,
        "playlistId": playlist_id,
        "position": position,
        "resourceId": {"kind": "youtube#video", "videoId": clip.video_id},
    }
    content = {"videoId": clip.video_id}
    if not gone:
        snippet |= {"videoOwnerChannelTitle": clip.channel_title, "videoOwnerChannelId": clip.channel_id}
        content["videoPublishedAt"] = _stamp(clip.published_at)
    return {
        "kind": "youtube#playlistItem",
        "etag": etag(clip.video_id, title, str(position)),
        "id": item_id.decode().rstrip("="),
        **_shown({"snippet": snippet, "contentDetails": content, "status": {"privacyStatus": status}}, parts),
    }


def _shown(every_part: dict[str, dict[str, Any]], parts: list[str]) -> dict[str, dict[str, Any]]:
    return {name: value for name, value in every_part.items() if name in parts}


def _snippet(clip: Clip) -> dict[str, Any]:
    return {
        "publishedAt": _stamp(clip.published_at),
        "channelId": clip.channel_id,
        "title": clip.title,
        "description": clip.description,
        "thumbnails": dict(clip.thumbnails),
        "channelTitle": clip.channel_title,
        "liveBroadcastContent": clip.live,
    }


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _iso_duration(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    return "PT" + ("".join(f"{count}{unit}" for count, unit in parts if count) or "0S")


def etag(*texts: str) -> str:
    """The same for the same texts."""
    digest = hashlib.blake2s("\n".join(texts).encode(), digest_size=20).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")

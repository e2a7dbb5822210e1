"""The shapes of YouTube's ids: developers.google.com/youtube/v3/docs/videos and /channels."""

import re

VIDEO_ID = "[A-Za-z0-9_-]{11}"
CHANNEL_ID = "[A-Za-z0-9_-]{1,64}"


def is_video_id(text: str) -> bool:
    """Whether this may be a video's id."""
    return re.fullmatch(VIDEO_ID, text) is not None


def is_channel_id(text: str) -> bool:
    """Whether this may be a channel's id."""
    return re.fullmatch(CHANNEL_ID, text) is not None

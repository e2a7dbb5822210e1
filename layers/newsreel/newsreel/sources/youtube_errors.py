"""What an error answer of YouTube's API means. Its body says it: one status stands for many things.

Shapes: cloud.google.com/apis/design/errors (`error.details[]`), developers.google.com/youtube/v3/docs/errors
(`error.errors[].reason`), and answers recorded since the quotas of June 2026.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from newsreel.errors import (
    BadCall,
    ChannelGone,
    DailyLimit,
    KeyRejected,
    NoQuota,
    SourceError,
    SourceUnavailable,
    TooFast,
)
from newsreel.sources.items import mapping, text

SPENT = {"quotaExceeded", "dailyLimitExceeded"}
TOO_FAST = {"rateLimitExceeded", "userRateLimitExceeded", "RATE_LIMIT_EXCEEDED", "RESOURCE_EXHAUSTED"}
REJECTED = {
    "API_KEY_INVALID",
    "keyInvalid",
    "keyExpired",
    "accessNotConfigured",
    "SERVICE_DISABLED",
    "API_KEY_SERVICE_BLOCKED",
    "API_KEY_HTTP_REFERRER_BLOCKED",
    "API_KEY_IP_ADDRESS_BLOCKED",
    "API_KEY_ANDROID_APP_BLOCKED",
    "API_KEY_IOS_APP_BLOCKED",
    "API_KEY_EXPIRED",
    "CONSUMER_INVALID",
    "CONSUMER_SUSPENDED",
    "ipRefererBlocked",
}
GONE = {"playlistNotFound", "playlistItemsNotAccessible"}
"""developers.google.com/youtube/v3/docs/playlistItems/list, "Errors". The second has the status 403, and is no fault of
the key."""
BAD_KEY = re.compile(r"\bAPI[ _]key\b.*\b(expired|not valid|invalid|not found|revoked|disabled)\b", re.IGNORECASE)
"""In messages of answers that give no other reason than `badRequest`."""


def meaning(status: int, body: bytes) -> SourceError:
    """The error that an answer with this status (not 200) stands for, with YouTube's own message."""
    try:
        error = mapping(mapping(json.loads(body)).get("error"))
    except (ValueError, RecursionError):
        error = {}
    message = f"{status}: {text(error.get('message'), 300) or 'no message'}"
    tokens = set(_tokens(error))
    if tokens & GONE:
        return ChannelGone(message)
    if status in (403, 429) and (daily := _daily_limit(error)):
        return NoQuota(message) if daily == "0" else DailyLimit(message)
    if tokens & REJECTED or (status == 400 and BAD_KEY.search(message)):
        return KeyRejected(message)
    if tokens & SPENT or (status == 429 and "per day" in message.lower()):
        return DailyLimit(message)
    if tokens & TOO_FAST or status == 429:
        return TooFast(message)
    return _by_status(status, message) if error else SourceUnavailable(message)


def _by_status(status: int, message: str) -> SourceError:
    if status in (401, 403):
        # Refused for a reason that is not listed: another key may be allowed, this one will not be.
        return KeyRejected(message)
    return BadCall(message) if 400 <= status < 500 else SourceUnavailable(message)


def _tokens(error: Any) -> Iterator[str]:
    yield text(error.get("status"), 100)
    for name in ("details", "errors"):
        entries = error.get(name)
        for entry in entries if isinstance(entries, list) else ():
            yield text(mapping(entry).get("reason"), 100)


def _daily_limit(error: Any) -> str | None:
    """The value of the daily limit that was reached, "?" where it is not given, None where none was."""
    details = error.get("details")
    for entry in details if isinstance(details, list) else ():
        metadata = mapping(mapping(entry).get("metadata"))
        if "PerDay" in text(metadata.get("quota_limit"), 200) or metadata.get("quota_unit") == "1/d/{project}":
            return text(metadata.get("quota_limit_value"), 20) or "?"
    return None

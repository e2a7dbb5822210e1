"""Telling a program: JSON by POST, signed with a secret that it shares with newsreel."""

import hmac
import json
import re
import time
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import requests
from apprise.utils.http import ConnectionTracker, track_connections, tracked_session

from newsreel.errors import TargetFailed
from newsreel.news.addresses import Address

PATIENCE = 5.0
"""Seconds that a receiver has, from the first packet to the head of its answer. Its body is not read."""
AGENT = "newsreel"


def signature(signing_key: str, timestamp: str, body: bytes) -> str:
    """What `X-Newsreel-Signature` says of a body that was sent at this time, in Unix seconds."""
    return "sha256=" + hmac.digest(signing_key.encode(), timestamp.encode() + b"." + body, "sha256").hex()


def post(address: Address, event_id: str, body: Mapping[str, Any], now: datetime) -> None:
    """Send one event. Raises TargetFailed."""
    content, timestamp = json.dumps(body, ensure_ascii=False).encode(), str(int(now.timestamp()))
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "X-Newsreel-Event": event_id,
        "X-Newsreel-Timestamp": timestamp,
        "X-Newsreel-Signature": signature(address.signing_key, timestamp, content),
    }
    tracker = ConnectionTracker()
    try:
        with tracked_session() as session, track_connections(tracker, time.monotonic() + PATIENCE):
            # Neither proxies nor passwords of the machine's are for strangers.
            session.trust_env = False
            answer = session.post(
                address.url, content, headers=headers, timeout=PATIENCE, allow_redirects=False, stream=True
            )
            answer.close()
    except requests.RequestException as error:
        raise _silence(error, expired=tracker.expired) from None
    if not HTTPStatus.OK <= answer.status_code < HTTPStatus.MULTIPLE_CHOICES:
        raise _refusal(answer, now)


def _silence(error: requests.RequestException, *, expired: bool) -> TargetFailed:
    """The failure of who did not answer. The error's own text has the address in it."""
    if isinstance(error, requests.exceptions.SSLError) and not expired:
        return TargetFailed("its certificate is not valid, or it does not speak TLS", sure=True)
    if isinstance(error, requests.ConnectTimeout):
        return TargetFailed(f"it could not be reached within {PATIENCE:.0f} seconds", sure=True)
    if isinstance(error, requests.Timeout) or expired:
        return TargetFailed(f"it did not answer within {PATIENCE:.0f} seconds", sure=False)
    if "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error):
        return TargetFailed("it cannot be reached: nobody has this name, or nobody listens there", sure=True)
    if isinstance(error, requests.ConnectionError):
        return TargetFailed("it closed the connection without an answer", sure=False)
    return TargetFailed("its answer is not HTTP, or its address is none", sure=False)


def _refusal(answer: requests.Response, now: datetime) -> TargetFailed:
    """The failure of who did answer."""
    status = answer.status_code
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        problem = f"it answered {status}, and redirects are not followed; give the address that it leads to"
        return TargetFailed(problem, sure=True)
    seconds = _retry_after(answer.headers.get("Retry-After", ""), now)
    return TargetFailed(f"it answered {status}", sure=True, retry_after=seconds, gone=status == HTTPStatus.GONE)


def _retry_after(text: str, now: datetime) -> int:
    """Seconds, of either form that RFC 9110, section 10.2.3, has; 0 for what is neither."""
    if re.fullmatch(r"[0-9]{1,9}", text.strip()):
        return int(text)
    try:
        return max(0, int((parsedate_to_datetime(text) - now).total_seconds()))
    except (TypeError, ValueError):
        return 0

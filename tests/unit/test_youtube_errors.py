"""Error answers are told apart by what they hold, not by their status."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.errors import (
    BadCall,
    DailyLimit,
    KeyRejected,
    NoQuota,
    SourceError,
    SourceUnavailable,
    TooFast,
)
from newsreel.sources.youtube_errors import meaning

RECORDED: dict[str, type[SourceError]] = {
    "400_API_KEY_INVALID_2026-09-07.json": KeyRejected,
    "403_accessNotConfigured.json": KeyRejected,
    "403_quotaExceeded.json": DailyLimit,
    "429_search_daily_2026-09-25.json": DailyLimit,
    "RECONSTRUCTED_403_API_KEY_SERVICE_BLOCKED.json": KeyRejected,
    "RECONSTRUCTED_500_backendError.json": SourceUnavailable,
}
ANSWERS = {"search_empty_200_curl_2024.json"}
"""Recorded beside the errors, but none."""


def test_every_recorded_error_has_its_meaning(recordings: Path) -> None:
    files = {path.name: path for path in (recordings / "errors").iterdir()}
    assert files.keys() - ANSWERS == RECORDED.keys()
    for name, kind in RECORDED.items():
        body = files[name].read_bytes()
        error = json.loads(body)["error"]
        told = meaning(error["code"], body)
        assert type(told) is kind, name
        assert error["message"][:200] in str(told)


def body(
    message: str = "no", *, reason: str = "", status: str = "", detail: str = "", **metadata: str
) -> dict[str, Any]:
    """An error of Google's APIs with these marks."""
    error: dict[str, Any] = {"message": message}
    if reason:
        error["errors"] = [{"message": message, "domain": "global", "reason": reason}]
    if status:
        error["status"] = status
    if detail:
        error["details"] = [{"@type": "other"}, {"reason": detail, "metadata": metadata}]
    return error


SPENT = {"quota_limit": "defaultSearchListPerDayPerProject", "quota_unit": "1/d/{project}"}
TABLE: list[tuple[int, dict[str, Any], type[SourceError]]] = [
    (429, body(reason="rateLimitExceeded", detail="RATE_LIMIT_EXCEEDED", **SPENT, quota_limit_value="100"), DailyLimit),
    (429, body(reason="rateLimitExceeded", detail="RATE_LIMIT_EXCEEDED", **SPENT), DailyLimit),
    (429, body("Quota exceeded for limit 'Search Queries per day'", reason="rateLimitExceeded"), DailyLimit),
    (403, body(reason="rateLimitExceeded", detail="RATE_LIMIT_EXCEEDED", **SPENT, quota_limit_value="100"), DailyLimit),
    (429, body(reason="rateLimitExceeded", detail="RATE_LIMIT_EXCEEDED", **SPENT, quota_limit_value="0"), NoQuota),
    (403, body(reason="rateLimitExceeded", detail="RATE_LIMIT_EXCEEDED", **SPENT, quota_limit_value="0"), NoQuota),
    (403, body("<a href='/'>quota</a>", reason="quotaExceeded"), DailyLimit),
    (403, body(reason="dailyLimitExceeded"), DailyLimit),
    (429, body(reason="rateLimitExceeded", status="RESOURCE_EXHAUSTED"), TooFast),
    (403, body(reason="rateLimitExceeded"), TooFast),
    (403, body(reason="userRateLimitExceeded"), TooFast),
    (
        429,
        body(reason="rateLimitExceeded", detail="RATE_LIMIT_EXCEEDED", quota_limit="PerMinute", quota_limit_value="0"),
        TooFast,
    ),
    (429, body(), TooFast),
    (400, body(reason="badRequest", status="INVALID_ARGUMENT", detail="API_KEY_INVALID"), KeyRejected),
    (400, body(reason="keyInvalid"), KeyRejected),
    (400, body(reason="keyExpired"), KeyRejected),
    (400, body("API key expired. Please renew the API key.", reason="badRequest"), KeyRejected),
    (400, body("API key expired. Please renew the API key."), KeyRejected),
    (400, body("API key not valid. Please pass a valid API key.", reason="badRequest"), KeyRejected),
    (401, body("Request had invalid authentication credentials.", status="UNAUTHENTICATED"), KeyRejected),
    (401, body(reason="authError"), KeyRejected),
    (401, body(), KeyRejected),
    (403, body(reason="accessNotConfigured"), KeyRejected),
    (403, body(reason="forbidden", detail="SERVICE_DISABLED"), KeyRejected),
    (403, body(reason="forbidden", detail="API_KEY_SERVICE_BLOCKED"), KeyRejected),
    (403, body(reason="forbidden", detail="API_KEY_HTTP_REFERRER_BLOCKED"), KeyRejected),
    (403, body(reason="forbidden", detail="API_KEY_IP_ADDRESS_BLOCKED"), KeyRejected),
    (403, body(reason="forbidden", detail="CONSUMER_SUSPENDED"), KeyRejected),
    (403, body(reason="ipRefererBlocked"), KeyRejected),
    (403, body(reason="forbidden"), KeyRejected),
    (400, body(reason="invalidPageToken"), BadCall),
    (400, body(reason="missingRequiredParameter"), BadCall),
    (400, body(reason="badRequest", status="INVALID_ARGUMENT"), BadCall),
    (404, body(reason="notFound"), BadCall),
    (500, body(reason="backendError"), SourceUnavailable),
    (503, body(reason="backendError", status="UNAVAILABLE"), SourceUnavailable),
]


@pytest.mark.parametrize(("status", "error", "kind"), TABLE)
def test_every_kind_of_error_has_its_meaning(status: int, error: dict[str, Any], kind: type[SourceError]) -> None:
    assert type(meaning(status, json.dumps({"error": error}).encode())) is kind


@pytest.mark.parametrize(
    "content", [b"", b"<html>502 Bad Gateway</html>", b"[]", b"{}", b'{"error": 5}', b"\xff\xfe", b"[" * 100_000]
)
@pytest.mark.parametrize("status", [302, 400, 401, 403, 407, 500, 502, 504])
def test_what_is_no_error_of_youtubes_blames_no_key(status: int, content: bytes) -> None:
    assert type(meaning(status, content)) is SourceUnavailable


def test_a_429_is_too_fast_whoever_answers_it() -> None:
    assert type(meaning(429, b"<html>slow down</html>")) is TooFast


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(), max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error", "errors", "details", "metadata", "reason", "status", "message", "quota_limit"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(st.integers(100, 599), anything | st.fixed_dictionaries({"error": anything}))
def test_no_answer_is_beyond_understanding(status: int, answer: Any) -> None:
    error = meaning(status, json.dumps(answer).encode())
    assert str(error).startswith(f"{status}: ")
    assert len(str(error)) < 400


@given(st.integers(100, 599), st.binary())
def test_no_bytes_are_beyond_understanding(status: int, content: bytes) -> None:
    assert isinstance(meaning(status, content), SourceError)

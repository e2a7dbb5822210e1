"""The document that `GET /` sends: one file, small, and with a policy that fits it."""

import gzip
import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest

from newsreel.web.dashboard import page
from tests.browser.pretend_api import DASHBOARD

DOCUMENT = page(DASHBOARD, "local")
HOSTS = {
    "www.w3.org",
    "www.youtube.com",
    "www.youtube-nocookie.com",
    "i.ytimg.com",
    "policies.google.com",
    "github.com",
}
"""A name space of SVG, YouTube's own, Google's privacy policy, and the forms of Apprise's addresses."""


def directives() -> dict[str, list[str]]:
    """The policy's sources by directive."""
    policy = DOCUMENT.headers["Content-Security-Policy"]
    return {name: sources for name, *sources in (directive.split() for directive in policy.split("; "))}


@pytest.mark.parametrize("tag", ["style", "script"])
def test_the_policy_allows_just_the_text_that_stands_inline(tag: str) -> None:
    (text,) = re.findall(rf"<{tag}\b[^>]*>(.*?)</{tag}>", DOCUMENT.body, re.DOTALL)
    digest = b64encode(sha256(text.encode()).digest()).decode()
    assert directives()[f"{tag}-src"] == [f"'sha256-{digest}'"]


def test_the_policy_is_strict() -> None:
    policy = DOCUMENT.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert directives()["default-src"] == ["'none'"]
    assert directives()["connect-src"] == ["'self'"]
    assert directives()["frame-src"] == ["https://www.youtube-nocookie.com"]
    for name in ("base-uri", "form-action", "frame-ancestors"):
        assert directives()[name] == ["'none'"]


def test_no_attribute_holds_script_or_style() -> None:
    markup = re.sub(r"<(style|script)\b.*?</\1>", "", DOCUMENT.body, flags=re.DOTALL)
    assert not re.search(r"\s(on\w+|style)=", markup)


def test_markup_is_never_made_from_text() -> None:
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", DOCUMENT.body)


def test_no_other_host_is_named() -> None:
    assert set(re.findall(r"https?://([\w.-]+)", DOCUMENT.body)) == HOSTS


def test_it_is_small() -> None:
    assert len(gzip.compress(DOCUMENT.body.encode(), 1)) < 60_000


def test_the_player_learns_which_site_shows_it() -> None:
    # Without a referrer, YouTube's player shows an error instead of the video.
    assert DOCUMENT.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


def test_a_document_without_its_parts_is_refused(tmp_path: Path) -> None:
    for name in ("index.html", "style.css", "dashboard.js"):
        (tmp_path / name).write_text("")
    with pytest.raises(ValueError, match=r"style\.css"):
        page(tmp_path, "local")

"""The dashboard as one HTML document: its style and script stand inline, let through by their hashes alone."""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from newsreel.settings import Access

STYLE_TAG = '<link rel="stylesheet" href="style.css">'
SCRIPT_TAG = '<script type="module" src="dashboard.js"></script>'
TITLE_TAG = "<title>newsreel</title>"
END_OF_MAIN = "</main>"
RULE_BROKEN = """
<aside class="open-to-all" aria-label="Who may read">This newsreel is open to everybody, which breaks
<a href="https://developers.google.com/youtube/terms/developer-policies">YouTube's Developer Policies</a>, III.I.15.
Its operator can set <code>Access=private</code>.</aside>"""

THUMBNAILS = "https://i.ytimg.com https://*.ytimg.com https://*.ggpht.com"
PLAYER = "https://www.youtube-nocookie.com"


class Dashboard(NamedTuple):
    """The document and the headers that belong to it."""

    body: str
    headers: Mapping[str, str]


@cache
def page(folder: Path, access: Access) -> Dashboard:
    """The document made of `folder`'s index.html, style.css and dashboard.js, read once; it says who may read.

    Raises OSError where a file is missing, ValueError where index.html lacks a place for something.
    """
    style = (folder / "style.css").read_text(encoding="utf-8")
    script = (folder / "dashboard.js").read_text(encoding="utf-8")
    body = (folder / "index.html").read_text(encoding="utf-8")
    body = _with(body, STYLE_TAG, f"<style>{style}</style>")
    body = _with(body, SCRIPT_TAG, f'<script type="module">{script}</script>')
    body = _with(body, TITLE_TAG, f'<meta name="newsreel-access" content="{access}">\n{TITLE_TAG}')
    if access == "public":
        body = _with(body, END_OF_MAIN, END_OF_MAIN + RULE_BROKEN)
    return Dashboard(
        body=body,
        headers={
            "Content-Security-Policy": _policy(style, script),
            # YouTube's player refuses to play for a page that does not name its site.
            "Referrer-Policy": "strict-origin-when-cross-origin",
        },
    )


def _with(document: str, tag: str, instead: str) -> str:
    if document.count(tag) != 1:
        raise ValueError(f"index.html must hold {tag} once")
    return document.replace(tag, instead)


def _policy(style: str, script: str) -> str:
    """A Content-Security-Policy (Level 3) that allows these two texts, YouTube's pictures and its player, no more."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{hash_source(script)}'",
            f"style-src '{hash_source(style)}'",
            f"img-src 'self' data: {THUMBNAILS}",
            f"frame-src {PLAYER}",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def hash_source(text: str) -> str:
    """How the policy names an inline text: the SHA-256 of exactly what stands between the tags."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"

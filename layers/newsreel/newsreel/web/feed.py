"""A listing's page as an Atom feed (RFC 4287), paged as RFC 5005, section 3, has it, with Media RSS thumbnails.

Entries have the ids that YouTube's own feeds give them, so a reader that follows both knows a video again.
"""

import re
from datetime import datetime
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from newsreel.library.listing import Listing
from newsreel.library.page import Page
from newsreel.times import stamp
from newsreel.web import shown
from newsreel.web.parameters import PageRequest
from newsreel.web.privacy import POLICY, TERMS
from newsreel.web.request import Request

ATOM = "http://www.w3.org/2005/Atom"
MEDIA = "http://search.yahoo.com/mrss/"
FEED_TYPE = "application/atom+xml"
CHANNEL_URL = "https://www.youtube.com/channel/"
ENTRY_ID = "yt:video:"
NEVER = "1970-01-01T00:00:00Z"
"""When a feed without entries was updated."""
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped (section 2.2)."""

ET.register_namespace("", ATOM)
ET.register_namespace("media", MEDIA)


def document(page: Page, wanted: PageRequest, request: Request) -> str:
    """The feed's XML."""
    videos = [shown.video(row.item, row.queries) for row in page.rows]
    feed = ET.Element(f"{{{ATOM}}}feed")
    _add(feed, "id", _id(wanted.listing, request))
    _add(feed, "title", title(wanted.listing))
    _add(feed, "updated", max((video["fetched_at"] for video in videos), default=NEVER))
    _add(feed, "generator", "newsreel")
    _add(_add(feed, "author"), "name", "newsreel")
    _add(
        feed, "rights", f"Videos and their data come from YouTube: {TERMS}, {POLICY}; kept here: {request.base}/privacy"
    )
    _link(feed, "self", request.page_url(wanted.cursor), FEED_TYPE)
    _link(feed, "alternate", f"{request.base}/", "text/html")
    _link(feed, "first", request.page_url(None), FEED_TYPE)
    for relation, cursor in (("previous", page.prev_cursor), ("next", page.next_cursor)):
        if cursor:
            _link(feed, relation, request.page_url(cursor), FEED_TYPE)
    for video in videos:
        _entry(feed, video)
    return ET.tostring(feed, encoding="unicode", xml_declaration=True)


def _entry(feed: ET.Element, video: shown.Video) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", ENTRY_ID + video["video_id"])
    _add(entry, "title", video["title"] or video["video_id"])
    _link(entry, "alternate", video["url"], "text/html")
    _add(entry, "published", video["published_at"])
    _add(entry, "updated", video["fetched_at"])
    author = _add(entry, "author")
    _add(author, "name", video["channel_title"] or video["channel_id"] or "unknown")
    if video["channel_id"]:
        _add(author, "uri", CHANNEL_URL + video["channel_id"])
    if video["description"]:
        _add(entry, "summary", video["description"])
    for picture in sorted(video["thumbnails"].values(), key=lambda each: -(each["width"] or 0)):
        size = {side: str(picture[side]) for side in ("width", "height") if picture[side]}
        ET.SubElement(entry, f"{{{MEDIA}}}thumbnail", {"url": clean(picture["url"]), **size})


def _id(listing: Listing, request: Request) -> str:
    """One and the same for all pages of a listing, however it was asked for."""
    kept = {name: _text(value) for name, value in listing._asdict().items() if value not in (None, ())}
    return f"{request.base}{request.path}?{urlencode(kept)}"


def title(listing: Listing) -> str:
    """What a feed of this listing is called."""
    parts: tuple[object, ...] = (
        "all queries" if listing.of_all else listing.query,
        _text(listing.search),
        listing.exclude and f"without {_text(listing.exclude)}",
        listing.channel_id,
        listing.live,
        listing.shorts and {"only": "Shorts", "none": "no Shorts"}[listing.shorts],
        listing.min_duration is not None and f"from {listing.min_duration} s",
        listing.max_duration is not None and f"up to {listing.max_duration} s",
        listing.published_after and f"from {stamp(listing.published_after)}",
        listing.published_before and f"before {stamp(listing.published_before)}",
        listing.order != "newest" and {"views": "most viewed"}.get(listing.order, f"{listing.order} first"),
    )
    return "newsreel: " + ", ".join(str(part) for part in parts if part)


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return stamp(value)
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _link(parent: ET.Element, relation: str, url: str, content_type: str) -> None:
    _add(parent, "link", rel=relation, href=url, type=content_type)


def _add(parent: ET.Element, name: str, text: str | None = None, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, f"{{{ATOM}}}{name}", {key: clean(value) for key, value in attributes.items()})
    element.text = text and clean(text)
    return element


def clean(text: str) -> str:
    """The text without what XML cannot hold."""
    return NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", text)

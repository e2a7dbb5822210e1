"""A listing's page as a JSON Feed (https://www.jsonfeed.org/version/1.1/)."""

from typing import Any

from newsreel.library.page import Page
from newsreel.web import shown
from newsreel.web.feed import CHANNEL_URL, ENTRY_ID, title
from newsreel.web.parameters import PageRequest
from newsreel.web.request import Request

TYPE = "application/feed+json"
VERSION = "https://jsonfeed.org/version/1.1"


def document(page: Page, wanted: PageRequest, request: Request) -> dict[str, Any]:
    """The feed; what is not known of a video is left out."""
    feed = {
        "version": VERSION,
        "title": title(wanted.listing),
        "home_page_url": f"{request.base}/",
        "feed_url": request.page_url(None),
        "next_url": page.next_cursor and request.page_url(page.next_cursor),
        "items": [_item(shown.video(row.item, row.queries)) for row in page.rows],
    }
    return _known(feed)


def _item(video: shown.Video) -> dict[str, Any]:
    pictures = sorted(video["thumbnails"].values(), key=lambda each: each["width"] or 0)
    author = {
        "name": video["channel_title"] or video["channel_id"],
        "url": video["channel_id"] and CHANNEL_URL + video["channel_id"],
    }
    return _known(
        {
            "id": ENTRY_ID + video["video_id"],
            "url": video["url"],
            "title": video["title"],
            # Every item needs a text, and some videos have no description.
            "content_text": video["description"] or video["title"] or video["video_id"],
            "image": pictures[-1]["url"] if pictures else None,
            "date_published": video["published_at"],
            "date_modified": video["fetched_at"],
            "authors": [_known(author)] if any(author.values()) else None,
            "tags": video["queries"],
        }
    )


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "")}

"""What is said to people: of each video its title, channel and age, with a link to it."""

import re
from collections.abc import Sequence
from datetime import datetime
from html import escape
from typing import NamedTuple

from babel import Locale, UnknownLocaleError
from babel.dates import format_timedelta

from newsreel.aws.attributes import Attributes
from newsreel.library.item import from_item
from newsreel.news.outbox_state import Event
from newsreel.times import instant
from newsreel.video import WATCH_URL, Video

LINE_AT_MOST = 200
"""Characters of a title or a channel."""
MARKS = re.compile(r"([\\*_~`|\[\]]|^[#>-])")
"""What Markdown reads as more than itself."""
BRIEF = 40
"""Characters of a title where there is hardly room."""
NAMED_AT_MOST = 3
"""Queries that a headline names."""


class Line(NamedTuple):
    """One video, as it is said."""

    title: str
    url: str
    about: str
    """Channel and age."""
    picture: str | None
    """The address of its thumbnail."""


class Said(NamedTuple):
    """One message."""

    headline: str
    lines: tuple[Line, ...]
    left_out: int = 0
    """Older videos that it does not name."""

    def text(self, most: int, *, markdown: bool = False) -> str:
        """The message in plain text of so many characters at most, for readers who may take marks for Markdown."""
        plain = (lambda text: MARKS.sub(r"\\\1", text)) if markdown else str
        whole = [f"{plain(line.title)}\n{plain(line.about)}\n{line.url}" for line in self.lines]
        brief = [f"{plain(line.title[:BRIEF])}\n{line.url}" for line in self.lines]
        return self._fitting((whole, brief, [line.url for line in self.lines]), "\n\n", most, "{}")

    def html(self, most: int, *, pictures: bool = False) -> str:
        """The message in HTML of so many characters at most."""
        whole = [_html(line, pictures=pictures) for line in self.lines]
        brief = [_html(line._replace(title=line.title[:BRIEF], about=""), pictures=False) for line in self.lines]
        return self._fitting((whole, brief), "\n", most, "<p>{}</p>")

    def _fitting(self, shapes: Sequence[Sequence[str]], between: str, most: int, form: str) -> str:
        """As many lines as fit, then how many more there are; in the first shape of which one fits at least."""
        for lines in shapes:
            for shown in range(len(lines), 0, -1):
                more = len(lines) - shown + self.left_out
                rest = [form.format(f"… and {more} more")] if more else []
                text = between.join([*lines[:shown], *rest])
                if len(text) <= most:
                    return text
        text = form.format(f"{len(self.lines) + self.left_out} in all")
        return text if len(text) <= most else ""


def say(event: Event, items: Sequence[Attributes], language: str, now: datetime) -> Said:
    """The message of an event, the newest video first; ages are in this language, or in English."""
    locale = _locale(language)
    videos = [from_item(item) for item in reversed(items)]
    count = len(videos) + event.left_out
    queries = list(dict.fromkeys(query for query, _ in event.videos))
    named = ", ".join(queries[:NAMED_AT_MOST]) + (", …" if len(queries) > NAMED_AT_MOST else "")
    headline = f"{named}: {'a new video' if count == 1 else f'{count} new videos'}"
    return Said(headline, tuple(_line(video, locale, now) for video in videos), event.left_out)


def _line(video: Video, locale: Locale, now: datetime) -> Line:
    since = instant(video.published_at) - now
    age = format_timedelta(since, granularity="minute", add_direction=True, locale=locale)
    about = [_short(video.channel_title), age]
    return Line(
        _short(video.title) or video.video_id,
        WATCH_URL + video.video_id,
        " · ".join(filter(None, about)),
        _picture(video),
    )


def _picture(video: Video) -> str | None:
    sizes = [size for name in ("medium", "high", "default") if (size := video.thumbnails.get(name))]
    return str(sizes[0]["url"]) if sizes else None


def _short(text: str) -> str:
    # Many chats call everybody who is named behind an @. A space without width keeps titles from doing so.
    line = " ".join(text.replace("@", "@\u200b").split())
    return line if len(line) <= LINE_AT_MOST else line[: LINE_AT_MOST - 1] + "…"


def _html(line: Line, *, pictures: bool) -> str:
    picture = f'<img src="{escape(line.picture)}" alt="" width="160"><br>' if pictures and line.picture else ""
    return f'<p>{picture}<a href="{escape(line.url)}">{escape(line.title)}</a><br>{escape(line.about)}</p>'


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en")

"""What searching must find, told plainly: every video is looked at. And requests to compare by."""

import gzip
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random

from newsreel.library.listing import Listing
from newsreel.library.page import page
from newsreel.library.videos import Videos
from newsreel.library.words import is_run, requested, words_of
from newsreel.times import instant, stamp
from newsreel.video import Video

type Described = Sequence[tuple[Video, Sequence[str]]]
"""Videos with their words."""


def described(videos: Sequence[Video]) -> Described:
    return [(video, words_of(video)) for video in videos]


def expected(videos: Described, listing: Listing) -> list[str]:
    """The ids that a listing has, in its order."""
    found = [video for video, words in videos if _listed(video, words, listing)]
    found.sort(key=lambda video: (video.published_at, video.video_id), reverse=listing.order == "newest")
    return [video.video_id for video in found]


def _listed(video: Video, words: Sequence[str], listing: Listing) -> bool:
    published = instant(video.published_at)
    return (
        video.query == listing.query
        and (listing.channel_id is None or video.channel_id == listing.channel_id)
        and (listing.live is None or video.live == listing.live)
        and (listing.published_after is None or published >= listing.published_after)
        and (listing.published_before is None or published < listing.published_before)
        and all(any(_found(wanted, word) for word in words) for wanted in listing.search)
    )


def _found(wanted: str, word: str) -> bool:
    return wanted in word if is_run(wanted) else word.startswith(wanted)


def walk(videos: Videos, listing: Listing, size: int) -> Iterator[list[str]]:
    """The ids of each page of a listing, from the first to the last."""
    cursor = None
    while True:
        found = page(videos, listing, cursor, size)
        yield [item["video_id"]["S"] for item in found.items]
        cursor = found.next_cursor
        if cursor is None:
            return


def random_listing(random: Random, videos: Described, *, query: str) -> Listing:
    """A search for parts of words, mostly of one video's, sometimes with other filters."""
    video, words = random.choice(videos)
    wanted = [random.choice(words) for _ in range(random.choice((1, 1, 2, 2, 3)))] if words else []
    if random.random() < 0.3:
        wanted[1:] = [random.choice(others) for _, others in random.choices(videos, k=2) if others]
    text = " ".join(_part(random, word) for word in wanted)
    try:
        search = requested(text[:100])
    except ValueError:
        search = requested("te")
    listing = Listing(query, random.choice(("newest", "oldest")), search=search)
    return _narrowed(random, listing, video) if random.random() < 0.4 else listing


def _part(random: Random, word: str) -> str:
    if is_run(word):
        start = random.randrange(max(1, len(word) - 1))
        return word[start : start + random.randint(2, 4)]
    return word[: random.choice((1, 2, 2, 3, 4, 5, len(word)))]


def _narrowed(random: Random, listing: Listing, video: Video) -> Listing:
    near = instant(video.published_at)
    span = timedelta(hours=random.choice((1, 24, 240)))
    after: datetime | None = near - span if random.random() < 0.5 else None
    before: datetime | None = near + span if random.random() < 0.5 else None
    return Listing(
        listing.query,
        listing.order,
        after,
        before,
        channel_id=video.channel_id if random.random() < 0.4 else None,
        live=random.choice((None, None, video.live, "live")),
        search=listing.search,
    )


class Language:
    """A made language: some words and some syllables are frequent, most are rare."""

    def __init__(self, random: Random, size: int) -> None:
        syllables = [consonant + vowel for consonant in "tsmkrnlpbdvghfjcwzxq" for vowel in "aeiouy"]
        words: dict[str, None] = {}
        while len(words) < size:
            length = random.choice((1, 2, 2, 3, 3, 4))
            parts = random.choices(syllables, [1 / (rank + 5) for rank in range(len(syllables))], k=length)
            words["".join(parts) + random.choice("nrst") * random.randint(0, 1)] = None
        self.words = list(words)
        self._random = random
        self._frequencies = list(accumulate(1 / (rank + 10) for rank in range(size)))

    def title(self, length: int) -> str:
        """A title of so many words."""
        return " ".join(self._random.choices(self.words, cum_weights=self._frequencies, k=length))


def recorded(path: Path, query: str, seen_at: str) -> list[Video]:
    """The videos of a recording, JSON lines, gzipped, as if this query had found them at this time."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        Video(
            row["video_id"],
            query,
            row["published_at"],
            seen_at,
            seen_at,
            title=row["title"],
            description=row["description"],
            channel_id=row["channel_id"],
            channel_title=row["channel_title"],
        )
        for row in rows
    ]


def second(number: int, start: str) -> str:
    """The time so many seconds after a start."""
    return stamp(instant(start) + timedelta(seconds=number))

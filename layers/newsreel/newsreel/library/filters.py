"""What narrows a listing beyond its time: each filter is declared once, and read alike wherever it is given."""

from collections.abc import Mapping
from typing import Any

from newsreel import ids
from newsreel.errors import Fault, InvalidParameters
from newsreel.fields import Field, one_of, whole_text
from newsreel.library.words import LETTERS_AT_LEAST, REQUEST_LENGTH_AT_MOST, requested
from newsreel.video import LIVE_STATES, SHORT_AT_MOST, SHORTS_CHOICES

DURATION_AT_MOST = 604_800
"""Seconds, a week: no video on YouTube is as long."""


def _channel_id(text: str) -> str:
    if not ids.is_channel_id(text):
        raise ValueError(text)
    return text


CHANNEL_ID = Field(
    "channel_id",
    _channel_id,
    "a channel's id: 1 to 64 letters, digits, - and _",
    {"type": "string", "pattern": f"^{ids.CHANNEL_ID}$", "examples": ["UCxxxxxxxxxxxxxxxxxxxxxx"]},
    "Only videos of this channel.",
)
LIVE = Field(
    "live",
    one_of(*LIVE_STATES),
    f"one of {', '.join(LIVE_STATES)}",
    {"type": "string", "enum": list(LIVE_STATES)},
    "Only videos that are no broadcast, are being broadcast, or are announced. A page may then hold fewer videos than "
    "`page_size`, even none, though `next_cursor` goes on: no page reads more than a bounded number of videos.",
)
MIN_DURATION = Field(
    "min_duration",
    whole_text(0, DURATION_AT_MOST),
    f"a whole number of seconds from 0 to {DURATION_AT_MOST}",
    {"type": "integer", "minimum": 0, "maximum": DURATION_AT_MOST, "examples": [240]},
    "Only videos that are known to last so many seconds or more.",
)
MAX_DURATION = Field(
    "max_duration",
    whole_text(0, DURATION_AT_MOST),
    f"a whole number of seconds from 0 to {DURATION_AT_MOST}",
    {"type": "integer", "minimum": 0, "maximum": DURATION_AT_MOST, "examples": [1200]},
    "Only videos that are known to last so many seconds or less. Not less than `min_duration`.",
)
SHORTS = Field(
    "shorts",
    one_of(*SHORTS_CHOICES),
    f"one of {', '.join(SHORTS_CHOICES)}",
    {"type": "string", "enum": list(SHORTS_CHOICES)},
    f"Only Shorts, or none of them: what is taller than wide and lasts at most {SHORT_AT_MOST} seconds. What is not "
    "known to be one counts as none.",
)
SEARCH = Field(
    "search",
    requested,
    f"at most {REQUEST_LENGTH_AT_MOST} characters with a word of two letters or more",
    {
        "type": "string",
        "minLength": LETTERS_AT_LEAST,
        "maxLength": REQUEST_LENGTH_AT_MOST,
        "examples": ["world cup"],
    },
    "Only videos whose title, channel or description has words that begin with each of these, in any order. Case, "
    "accents and width do not matter, nor does what is neither letter nor digit. Of scripts without spaces any part of "
    "two characters or more is found. Of a description about the first 30 words are searched. As with `live`, a page "
    "may hold fewer videos than `page_size` though `next_cursor` goes on.",
)
EXCLUDE = Field(
    "exclude",
    requested,
    SEARCH.allowed,
    {**SEARCH.schema, "examples": ["highlights"]},
    "No videos that have a word that begins with one of these, read as `search` reads them.",
)

FILTERS = (CHANNEL_ID, LIVE, MIN_DURATION, MAX_DURATION, SHORTS, SEARCH, EXCLUDE)


def check(values: Mapping[str, Any]) -> None:
    """Raises InvalidParameters where filters that were read contradict each other."""
    least, most = values.get("min_duration"), values.get("max_duration")
    if least is not None and most is not None and least > most:
        raise InvalidParameters(Fault("max_duration", None, "must not be less than min_duration"))

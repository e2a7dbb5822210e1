"""Words: how texts become words that can be searched, and which words find a video.

Case, accents and width are folded away. Letters and digits between spaces, punctuation, symbols or emoji are a word,
found by its first letters. Scripts written without spaces (Chinese, Japanese, Thai, Lao, Burmese, Khmer) give runs
instead, found by any part of two characters or more.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from newsreel.video import Video

REQUEST_LENGTH_AT_MOST = 100
"""Characters."""
LETTERS_AT_LEAST = 2
"""A request needs one word of so many; shorter ones are only checked."""
WORD_LENGTH = 40
"""What a word has beyond is left out, in texts and in requests."""
BEGINNINGS = (2, 4)
"""Letters. Two find what is typed first; four are far rarer. A third length would cost much and save little."""
NAMES_ENTRIES, ENTRIES = 160, 64
"""A description's words are taken as long as a video has fewer than 64 beginnings, about its first 30 words. Title and
channel come before, and may have 160: more than YouTube's longest in any script."""
DESCRIPTION_LENGTH = 1_000
"""Characters of a description in which its first words are looked for."""

_LINK = re.compile(r"https?://\S+")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
_FOLDED = {
    "\N{LATIN SMALL LETTER DOTLESS I}": "i",
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ħ": "h",
    "ŧ": "t",
    "æ": "ae",
    "œ": "oe",
    "ـ": "",
}
"""Letters that Unicode does not take apart, as their readers type them; and Arabic's lengthening stroke."""


def split(text: str) -> Iterator[str]:
    """The words and runs of a text, in order, folded."""
    for kind, letters in groupby(_folded(text), _kind):
        if kind == "word":
            yield "".join(letters)[:WORD_LENGTH]
        elif kind == "run":
            yield "".join(letters)


def is_run(word: str) -> bool:
    """Whether this is a run of a script without spaces."""
    return _kind(word[0]) == "run"


def beginnings(word: str) -> list[str]:
    """Under which beginnings a word is found: its first two and four letters, or each pair of a run's characters."""
    if is_run(word):
        return [word[at : at + LETTERS_AT_LEAST] for at in range(len(word) - 1)]
    return [word[:length] for length in BEGINNINGS if len(word) >= length]


def words_of(video: Video) -> tuple[str, ...]:
    """The different words that find a video: those of title and channel, and a description's first, without links."""
    words: dict[str, None] = {}
    begun: set[str] = set()
    description = _LINK.sub(" ", video.description)[:DESCRIPTION_LENGTH]
    for text, entries in (
        (video.title, NAMES_ENTRIES),
        (video.channel_title, NAMES_ENTRIES),
        (description, ENTRIES),
    ):
        for word in split(text):
            room = entries - len(begun)
            if room < len(BEGINNINGS):
                break
            kept = word[: room + 1] if is_run(word) else word
            words[kept] = None
            begun.update(beginnings(kept))
    return tuple(words)


def requested(text: str) -> tuple[str, ...]:
    """The different words of a request, sorted, so that the same request always reads the same.

    Raises ValueError where it is too long, or has no word of two letters.
    """
    words = set(split(text)) if len(text) <= REQUEST_LENGTH_AT_MOST else set()
    if not any(len(word) >= LETTERS_AT_LEAST for word in words):
        raise ValueError(text)
    return tuple(sorted(words))


def _folded(text: str) -> str:
    """A text without differences of case, accent and width; compatibility forms as plain letters."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFKC", "".join(map(_fold, apart)))


@lru_cache(maxsize=10_000)
def _fold(letter: str) -> str:
    """A letter as it counts; nothing for what only decorates or joins.

    Accents are told by their combining class (Unicode Standard Annex 44, table 15): 1 is an overlay, 10 to 36 are vowel
    points of Hebrew, Arabic and Syriac, 200 and above stand over and under letters. The others make another letter of
    theirs, such as Kana's voicing, Thai's vowels and India's viramas, or are no accents at all.
    """
    accent = unicodedata.combining(letter)
    if accent == 1 or 10 <= accent <= 36 or accent >= 200:
        return ""
    if unicodedata.category(letter) in ("Cf", "Me") or "\ufe00" <= letter <= "\ufe0f":
        return ""
    return _FOLDED.get(letter, letter)


@lru_cache(maxsize=10_000)
def _kind(letter: str) -> str:
    """What a folded letter is part of: a `word`, a `run`, or nothing."""
    if unicodedata.category(letter)[0] not in "LNM":
        return ""
    return "run" if _UNSPACED.match(letter) else "word"

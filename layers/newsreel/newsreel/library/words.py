"""Words: how texts become words that can be searched, and which words find a video.

Case, accents and width are folded away. Letters and digits between spaces, punctuation, symbols or emoji are a word,
found by its first letters. Scripts written without spaces (Chinese, Japanese, Thai, Lao, Burmese, Khmer) give runs
instead, found by any part of two characters or more.
"""

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterable
from itertools import groupby
from typing import ClassVar

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
SIZE_AT_MOST = 800
"""Bytes of a video's words, so that an entry stays within the kilobyte that one write unit pays."""
DESCRIPTION_LENGTH = 600
"""Characters of a description in which its first words are looked for."""

# fmt: off
_RUNS = (
    0x0E00, 0x0F00,  # Thai, Lao
    0x1000, 0x10A0,  # Burmese
    0x1780, 0x1800,  # Khmer
    0x3005, 0x3008, 0x3040, 0x3100, 0x31F0, 0x3200,  # Japanese
    0x3400, 0x4DC0, 0x4E00, 0xA000, 0xF900, 0xFB00, 0x20000, 0x40000,  # Chinese, Japanese
)
# fmt: on
"""Where scripts without spaces begin and end in Unicode. A regular expression of these takes 6 ms to compile."""


def split(text: str) -> list[str]:
    """The words and runs of a text, in order, folded."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    letters = unicodedata.normalize("NFKC", apart.translate(_LETTERS))
    found: list[str] = []
    for word in letters.split():
        for run, piece in [(False, word)] if word.isascii() else groupby(word, is_run):
            found.append("".join(piece) if run else "".join(piece)[:WORD_LENGTH])
    return found


def is_run(word: str) -> bool:
    """Whether this is a run of a script without spaces."""
    return bisect(_RUNS, ord(word[0])) % 2 == 1


def beginnings(word: str) -> list[str]:
    """Under which beginnings a word is found: its first two and four letters, or each pair of a run's characters."""
    if is_run(word):
        return [word[at : at + LETTERS_AT_LEAST] for at in range(len(word) - 1)]
    return [word[:length] for length in BEGINNINGS if len(word) >= length]


def words_of(video: Video) -> tuple[str, ...]:
    """The different words that find a video: those of title and channel, and a description's first, without links."""
    words: dict[str, None] = {}
    begun: set[str] = set()
    size = 0
    description = re.sub(r"https?://\S+", " ", video.description)[:DESCRIPTION_LENGTH]
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
            if kept in words:
                continue
            size += len(kept.encode()) + 1
            if size > SIZE_AT_MOST:
                break
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


def text_of(words: Iterable[str]) -> str:
    """The words as one text, in which `sign` is looked for."""
    return f" {' '.join(words)} "


def sign(word: str) -> str:
    """What a text holds exactly if a requested word finds it: a word by its first letters, a run by any part."""
    return word if is_run(word) else f" {word}"


class _Letters(dict[int, str]):
    """What each letter counts as, for `str.translate`: itself, a plainer one, a space, or nothing.

    Nothing is what only decorates or joins. Accents are known by their combining class (Unicode Standard Annex 44,
    table 15): 1 is an overlay, 10 to 36 are vowel points of Hebrew, Arabic and Syriac, 200 and above stand over and
    under letters. Other marks make another letter, such as Kana's voicing, Thai's vowels and India's viramas.
    """

    KEPT = 10_000
    """Letters of which the answer is remembered; texts that one meets use fewer."""
    PLAINER: ClassVar = {
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ħ": "h",
        "ŧ": "t",
        "æ": "ae",
        "œ": "oe",
        "\N{ARABIC TATWEEL}": "",
    }
    """What Unicode does not take apart, as its readers type it; and Arabic's lengthening stroke."""

    def __missing__(self, code: int) -> str:
        counts_as = self._plain(chr(code))
        if len(self) < self.KEPT:
            self[code] = counts_as
        return counts_as

    def _plain(self, letter: str) -> str:
        accent, category = unicodedata.combining(letter), unicodedata.category(letter)
        decorates = accent == 1 or 10 <= accent <= 36 or accent >= 200
        selects = "\ufe00" <= letter <= "\ufe0f"
        if decorates or selects or category in ("Cf", "Me"):
            return ""
        return self.PLAINER.get(letter, letter) if category[0] in "LNM" else " "


_LETTERS = _Letters()

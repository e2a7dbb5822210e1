"""Texts from outside, made fit for storing, for comparing and for answers."""

from unicodedata import category

_DIRECTIONS = (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
_MARKS = dict.fromkeys((*_DIRECTIONS, 0xAD, 0x180E, 0x200B, *range(0x2060, 0x2065), 0xFEFF))
"""What is pasted along unseen: signs of direction, soft hyphens, empty spaces, byte-order marks."""
_JOINERS = "\u200c\u200d" + "".join(map(chr, range(0xFE00, 0xFE10)))
"""What changes the letter or emoji beside it, so it stays; alone it cannot be seen. Emoji's tags stay, too."""
_NOT_IN_A_QUERY = ("Cc", "Cs", "Zl", "Zp")
"""Categories of controls, half characters, and separators of lines and paragraphs."""


def utf_8(text: str) -> str:
    """The text without what UTF-8 cannot hold: JSON can escape half of a character."""
    return text.encode("utf-8", "replace").decode()


def without_marks(text: str) -> str:
    """The text without the invisible marks that come along when people paste."""
    return text.translate(_MARKS)


def normalized_query(text: str) -> str:
    """A search phrase as it is kept and compared, however it was typed; empty where nothing of it can be seen.

    Every kind of space becomes a plain one, and of several in a row, one stays; none at the ends. Marks are dropped.
    Raises ValueError where a control character, a line's end or half a character is inside. The template's pattern for
    Queries refuses at least as much.
    """
    spaced = "".join(" " if category(each) == "Zs" else each for each in without_marks(text)).strip(" \t\r\n")
    query = " ".join(filter(None, spaced.split(" ")))
    if any(category(each) in _NOT_IN_A_QUERY or each in "\ufffe\uffff" for each in query):
        raise ValueError("a control character, a line's end or half a character")
    return query if query.strip(f" {_JOINERS}") else ""


def phrase(text: str, most: int) -> str:
    """The same, of 1 to `most` characters. Raises ValueError also where it has none, or more."""
    found = normalized_query(text)
    if not 1 <= len(found) <= most:
        raise ValueError(f"not 1 to {most} characters that can be seen")
    return found

"""Match: whether an upload belongs to a query, judged by its words as YouTube's search would.

A search phrase is read with YouTube's operators (developers.google.com/youtube/v3/docs/search/list, `q`): spaces stand
between what must be there, `|` between alternatives, `-` before what must not be, quotes around words in a row. Where
that leaves room for doubt, a query is not judged at all, as a wrong guess would store what does not belong to it.
"""

import re
from typing import NamedTuple

from newsreel.library.words import is_run, sign, split, text_of
from newsreel.watched import WatchedQuery

OPERATOR = re.compile(r"[(){}\[\]~*]|^[+@]|^--|^[a-z]+:\S", re.IGNORECASE)
"""What may be more than a word: brackets, wildcards, and names such as `intitle:`, of which YouTube documents none."""

PIECES = re.compile(r'(\s*)(?:(\||(?<![^\s|])-(?=[^\s-]))|("[^"]*"|[^\s|"]+))')
"""What a phrase is made of: the space before a piece, and an operator, or a word or words in quotes. A hyphen within a
word, or alone, is no operator."""

type Term = tuple[str, ...]
"""Texts that must all be found: one of each word, which others may begin with, or one of all words in a row."""


class Match(NamedTuple):
    """What an upload's words must have to belong to a query."""

    wanted: tuple[tuple[Term, ...], ...]
    """Of each of these, one alternative."""
    unwanted: tuple[Term, ...]
    """None of these."""

    def holds(self, *texts: str) -> bool:
        """Whether an upload with these texts (title, description, channel) belongs to the query."""
        # Words in a row are those of one text: the last of one and the first of the next are apart.
        text = text_of(word for each in texts for word in ("", *split(each), ""))

        def there(term: Term) -> bool:
            return all(part in text for part in term)

        return all(any(map(there, terms)) for terms in self.wanted) and not any(map(there, self.unwanted))


def match_of(query: WatchedQuery) -> Match | None:
    """How a query is judged; None where only YouTube can.

    It alone knows where a video can be watched, and what it restricts.
    """
    if query.region or query.safe_search == "strict":
        return None
    return read(query.search)


def read(search: str) -> Match | None:
    """How a search phrase is judged; None where that is not sure."""
    if search.count('"') % 2:
        return None
    wanted: list[list[Term]] = []
    unwanted: list[Term] = []
    operator, apart = "", False
    for space, mark, piece in PIECES.findall(search):
        apart |= "|" in (operator, mark) and bool(space)
        if mark:
            if operator or (mark == "|" and not wanted):
                return None
            operator = mark
            continue
        if OPERATOR.search(piece) and not piece.startswith('"'):
            return None
        if term := _term(piece):
            _add(term, operator, wanted, unwanted)
        elif operator:
            return None
        operator = ""
    # With spaces around it, a `|` may stand between words or between all that is on either side.
    if operator or not wanted or (apart and len(wanted) > 1):
        return None
    return Match(tuple(map(tuple, wanted)), tuple(unwanted))


def _add(term: Term, operator: str, wanted: list[list[Term]], unwanted: list[Term]) -> None:
    if operator == "-":
        unwanted.append(term)
    elif operator == "|":
        wanted[-1].append(term)
    else:
        wanted.append([term])


def _term(piece: str) -> Term:
    words = split(piece)
    if piece.startswith('"'):
        return (text_of(words).rstrip(),) if words else ()
    # Of one letter, nearly every text has a word that begins with it.
    return tuple(sign(word) if len(word) > 1 or is_run(word) else f" {word} " for word in words)

"""What made-up videos say of themselves: titles, descriptions, channels and lengths, for any query, in many languages.

The words are in `languages.toml`. A query in one of its scripts gets most videos in that language.
"""

import base64
import random
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from hashlib import blake2s
from itertools import product
from pathlib import Path
from typing import Any, Literal, NamedTuple
from unicodedata import category

LANGUAGES: Mapping[str, Mapping[str, Any]] = tomllib.loads(
    Path(__file__).with_name("languages.toml").read_text(encoding="utf-8")
)
AT_HOME = 4
"""How many of a language's own query's videos are in it, to one in another."""
REGULARS = 0.45
"""The share of videos from channels that come again and again; the others' names are a person's."""


class Kind(NamedTuple):
    """A kind of video: how frequent it is among all, its lengths in seconds, and whether it is live."""

    share: float
    shortest: int
    longest: int
    live: Literal["none", "live", "upcoming"] = "none"


KINDS = {
    "short": Kind(20, 9, 60),
    "clip": Kind(30, 60, 360),
    "talk": Kind(27, 300, 1_500),
    "episode": Kind(12, 1_200, 3_300),
    "long": Kind(7, 3_600, 14_400),
    "live": Kind(2.5, 0, 1, "live"),
    "upcoming": Kind(1.5, 0, 1, "upcoming"),
}


class Wording(NamedTuple):
    """The words of a video, and what they decide."""

    title: str
    description: str
    channel_id: str
    channel_title: str
    duration_seconds: int
    live: Literal["none", "live", "upcoming"]
    vertical: bool


def wording(query: str, year: int, chance: random.Random) -> Wording:
    """The words of one of a query's videos."""
    kind = chance.choices(list(KINDS), [kind.share for kind in KINDS.values()])[0]
    language = LANGUAGES[chance.choices(*_mixture(query))[0]]
    seconds = chance.randrange(KINDS[kind].shortest, KINDS[kind].longest)
    words = _words(query, language, chance) | {"minutes": str(max(2, seconds // 60)), "year": str(year)}
    title = chance.choice(language["titles"][kind]).format_map(words)
    channel_title = _channel(language, words, chance)
    return Wording(
        title=title,
        description="\n".join(_lines(kind, seconds, title, language, words, chance)),
        channel_id=_channel_id(channel_title),
        channel_title=channel_title,
        duration_seconds=seconds,
        live=KINDS[kind].live,
        vertical=kind == "short",
    )


@cache
def _mixture(query: str) -> tuple[Sequence[str], Sequence[float]]:
    """The languages, and the share of each in a query's videos."""
    shares = {name: float(language["share"]) for name, language in LANGUAGES.items()}
    for name, language in LANGUAGES.items():
        if "letters" in language and re.search(f"[{language['letters']}]", query.lower()):
            shares[name] = AT_HOME * (sum(shares.values()) - shares[name])
            break
    return list(shares), list(shares.values())


def _words(query: str, language: Mapping[str, Any], chance: random.Random) -> dict[str, str]:
    """What the placeholders of `languages.toml` stand for."""
    place, away = chance.sample(language["places"], 2)
    name, other = (
        _name(language, given, family)
        for given, family in zip(chance.sample(language["given"], 2), chance.sample(language["family"], 2), strict=True)
    )
    return {
        **_of_query(query),
        "place": place,
        "away": away,
        "name": name,
        "other": other,
        "n": str(chance.randrange(11, 53)),
        "d": str(chance.randrange(3, 10)),
    }


def _of_query(query: str) -> dict[str, str]:
    """Those that every video of a query has in common."""
    subject = _subject(query)
    return {
        "q": subject,
        "Q": _capitalised(subject),
        "T": " ".join(map(_capitalised, subject.split())),
        "tag": "".join(character for character in subject if category(character)[0] in "LMN") or "video",
    }


def _name(language: Mapping[str, Any], given: str, family: str) -> str:
    name: str = language.get("names", "{given} {family}").format(given=given, family=family)
    return name


def _subject(query: str) -> str:
    """A query as people speak of it: without quotes, what is excluded by a minus, and alternatives."""
    plain = re.sub(r'(?<!\S)-\S+|["()]', " ", query.split("|", maxsplit=1)[0])
    return " ".join(plain.split()) or query


def _capitalised(text: str) -> str:
    return text[:1].title() + text[1:]


def _channel(language: Mapping[str, Any], words: Mapping[str, str], chance: random.Random) -> str:
    if chance.random() > REGULARS:
        return words["name"]
    channels = language["channels"]
    ranks = range(1, len(channels) + 1)
    regular: str = chance.choices(channels, [1 / rank for rank in ranks])[0]
    return regular.format_map(words)


@cache
def channel_ids(query: str) -> frozenset[str]:
    """The channels that one of a query's videos can be from."""
    return frozenset(map(_channel_id, _channels(query)))


def _channels(query: str) -> Iterator[str]:
    words = _of_query(query)
    for language in LANGUAGES.values():
        yield from (channel.format_map(words) for channel in language["channels"])
        yield from (_name(language, *parts) for parts in product(language["given"], language["family"]))


def _channel_id(title: str) -> str:
    digest = blake2s(title.encode(), digest_size=16).digest()
    return f"UC{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


def _lines(
    kind: str,
    seconds: int,
    title: str,
    language: Mapping[str, Any],
    words: Mapping[str, str],
    chance: random.Random,
) -> list[str]:
    """The lines of a description, which names the query where the title does not."""
    named = words["q"].casefold() in title.casefold()
    brief = kind == "short"
    lines = []
    if not named or chance.random() < (0.3 if brief else 0.9):
        lines.append(chance.choice(language["about"]))
    if not brief:
        lines += chance.sample(language["more"], chance.randrange(len(language["more"])))
    lines = [line.format_map(words) for line in lines]
    if seconds > KINDS["talk"].shortest and chance.random() < 0.5:
        lines += ["", *_chapters(seconds, language["chapters"])]
    if chance.random() < 0.4:
        lines += ["", f"#{words['tag']}"] if lines else [f"#{words['tag']}"]
    return lines


def _chapters(seconds: int, names: Sequence[str]) -> list[str]:
    starts = (seconds * number // len(names) for number in range(len(names)))
    return [f"{_clock(start)} {name}" for start, name in zip(starts, names, strict=True)]


def _clock(seconds: int) -> str:
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"

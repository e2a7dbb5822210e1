"""A target: whom new videos are told, and how it wants to be told."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal, NamedTuple
from zoneinfo import ZoneInfo, available_timezones

from newsreel.errors import Fault, InvalidParameters
from newsreel.fields import Field, list_of, one_of, read_what_is_right, truth, whole
from newsreel.library import filters
from newsreel.library.filters import FILTERS
from newsreel.library.listing import Listing
from newsreel.settings import QUERY_LENGTH_AT_MOST, TARGET_NAME_AT_MOST
from newsreel.texts import phrase

type Kind = Literal["webhook", "apprise"]
type Digest = Literal["each", "hourly", "daily"]

KINDS: tuple[Kind, ...] = ("webhook", "apprise")
DIGESTS: tuple[Digest, ...] = ("each", "hourly", "daily")
TARGETS_AT_MOST = 30
"""Their addresses share one secret, which may have 65,536 bytes."""
ADDRESS_AT_MOST = 1_000
"""Characters."""
QUERIES_AT_MOST = 200
"""Of one target."""
HTTPS = re.compile(r"https://[^\s/?#@]+([/?]\S*)?", re.ASCII | re.IGNORECASE)
ANY_HTTP = re.compile(r"https?://[^\s/?#@]+([/?]\S*)?", re.ASCII | re.IGNORECASE)
OF_APPRISE = re.compile(r"(?!https?:|file:)[a-z0-9]+://\S+", re.IGNORECASE)


class Target(NamedTuple):
    """A target and its settings. Its address is kept elsewhere (see `addresses`)."""

    name: str
    kind: Kind
    queries: tuple[str, ...] = ()
    """The watched queries that it is told of; none: all."""
    filters: Mapping[str, str] = {}
    """By the names that a listing's filters have, as they were written."""
    language: str = "en"
    digest: Digest = "each"
    digest_hour: int = 8
    """When a daily digest is told, by the clock of `zone`."""
    zone: str = "UTC"
    paused: bool = False
    uid: str = ""
    """Names what it was told. A target that is removed and made again begins anew, whatever its name."""
    address_id: str = ""
    """Names its address."""
    version: int = 0
    """Counts its changes; 0: there is no such target yet."""

    def wants(self, query: str) -> bool:
        """Whether it is told of a query's videos."""
        return not self.paused and (not self.queries or query in self.queries)

    def listing(self, query: str) -> Listing:
        """The videos of a query of which it is told."""
        values, _ = _read(self.filters)
        return Listing(query, **values)


def _code(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z]{2,3}([-_][a-z]{2,4})?", value, re.IGNORECASE | re.ASCII):
        raise ValueError(value)
    return value


def _zone(value: Any) -> str:
    # What is no zone may be a folder, or a path that leads out of theirs.
    if not isinstance(value, str) or value not in available_timezones():
        raise ValueError(value)
    return ZoneInfo(value).key


def _address(value: Any) -> str:
    if not isinstance(value, str) or not 1 <= len(value.strip()) <= ADDRESS_AT_MOST:
        raise ValueError
    return value.strip()


def _filters(value: Any) -> dict[str, str]:
    """Filters as they were written; an error names none of them here, `read` does."""
    if not isinstance(value, dict) or not all(type(each) in (str, int) for each in value.values()):
        raise ValueError(value)
    return {name: str(each) for name, each in value.items()}


def _query(text: str) -> str:
    return phrase(text, QUERY_LENGTH_AT_MOST)


def _optional(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else read(value)


FIELDS = (
    Field(
        "kind",
        one_of(*KINDS),
        f"one of {', '.join(KINDS)}",
        {"type": "string", "enum": list(KINDS)},
        "`webhook`: a program of yours, which gets JSON by POST. `apprise`: chat, mail and all else that Apprise "
        "knows. It cannot be changed later.",
    ),
    Field(
        "address",
        _optional(_address),
        f"an address of at most {ADDRESS_AT_MOST} characters, or null for the one that it has: an https URL without "
        "user and fragment for a webhook, an address as Apprise writes it, such as discord://…, for all else",
        {"type": ["string", "null"], "minLength": 1, "maxLength": ADDRESS_AT_MOST, "writeOnly": True},
        "Where it is told. It is kept as a secret, and never shown. A webhook whose address is given, be it the same "
        "again, gets a new `secret`.",
    ),
    Field(
        "queries",
        list_of(_query, QUERIES_AT_MOST),
        f"a list of at most {QUERIES_AT_MOST} queries' names",
        {
            "type": "array",
            "items": {"type": "string", "minLength": 1, "maxLength": QUERY_LENGTH_AT_MOST},
            "maxItems": QUERIES_AT_MOST,
            "default": [],
        },
        "The watched queries that it is told of. None: all.",
    ),
    Field(
        "filters",
        _filters,
        f"an object with some of {', '.join(each.name for each in FILTERS)}, as texts or numbers",
        {
            "type": "object",
            "additionalProperties": False,
            "properties": {each.name: dict(each.schema) for each in FILTERS},
            "default": {},
        },
        "Which videos it is told of, as `/videos` takes filters.",
    ),
    Field(
        "language",
        _code,
        "a language's code, such as en, de or pt-BR",
        {"type": "string", "pattern": "^[A-Za-z]{2,3}([-_][A-Za-z]{2,4})?$", "default": "en"},
        "The language of times, such as that of a video's age. A language that is not known is English.",
    ),
    Field(
        "digest",
        one_of(*DIGESTS),
        f"one of {', '.join(DIGESTS)}",
        {"type": "string", "enum": list(DIGESTS), "default": "each"},
        "Whether it is told at once, at each full hour, or once a day, by the clock of `zone`.",
    ),
    Field(
        "digest_hour",
        whole(0, 23),
        "a whole number from 0 to 23",
        {"type": "integer", "minimum": 0, "maximum": 23, "default": 8},
        "The hour of a daily digest.",
    ),
    Field(
        "zone",
        _zone,
        "the name of a time zone, such as UTC or Asia/Kolkata",
        {"type": "string", "minLength": 1, "default": "UTC"},
        "The time zone of digests.",
    ),
    Field(
        "paused",
        truth,
        "true or false",
        {"type": "boolean", "default": False},
        "Whether it is told nothing for now. What is new meanwhile, it is not told later.",
    ),
)


def read_name(text: str) -> str:
    """A target's name, as it is kept. Raises InvalidParameters."""
    try:
        name = phrase(text, TARGET_NAME_AT_MOST)
    except ValueError:
        name = ""
    if not name or "/" in name:
        allowed = f"must be 1 to {TARGET_NAME_AT_MOST} characters without slashes, control characters and line breaks"
        raise InvalidParameters(Fault("target", text, allowed))
    return name


def read(body: Any, former: Target | None, *, anywhere: bool) -> tuple[dict[str, Any], str | None]:
    """The settings of an object of JSON, the kind always among them, and the address, if it is given.

    `former` is the target as it was; `anywhere`: a webhook may be on this machine, where nothing is encrypted. Raises
    InvalidParameters with every fault; none has anything of the address in it.
    """
    values, faults = read_what_is_right(body, FIELDS, "a target")
    _, more = _read(values.get("filters", {}))
    faults += more
    named = {fault.parameter for fault in faults}
    kind = values.setdefault("kind", former.kind if former else None)
    url = values.pop("address", None)
    if former and kind != former.kind:
        faults.append(Fault("kind", kind, f"cannot be changed; it is {former.kind}"))
    if kind is None and "kind" not in named:
        faults.append(Fault("kind", None, f"must be one of {', '.join(KINDS)}"))
    if url is None and former is None and "address" not in named:
        faults.append(Fault("address", None, "must be given, as there is none yet"))
    if url is not None and kind is not None:
        faults += _address_faults(kind, url, anywhere=anywhere)
    if faults:
        raise InvalidParameters(*faults)
    return values, url


def _address_faults(kind: Kind, url: str, *, anywhere: bool) -> list[Fault]:
    if kind == "webhook":
        right = "#" not in url and (ANY_HTTP if anywhere else HTTPS).fullmatch(url)
        allowed = "an https URL without user and fragment"
    else:
        right = OF_APPRISE.fullmatch(url)
        allowed = "an address as Apprise writes it, such as discord://…; for https, take a webhook"
    return [] if right else [Fault("address", None, f"must be {allowed}")]


def _read(texts: Mapping[str, str]) -> tuple[dict[str, Any], list[Fault]]:
    """The values of filters, and what is wrong with the others."""
    known = {each.name: each for each in FILTERS}
    values: dict[str, Any] = {}
    faults = []
    for name, text in texts.items():
        if name not in known:
            faults.append(Fault(f"filters.{name}", text, f"is not a filter; known are {', '.join(known)}"))
            continue
        try:
            values[name] = known[name].read(text)
        except ValueError:
            faults.append(Fault(f"filters.{name}", text, f"must be {known[name].allowed}"))
    try:
        filters.check(values)
    except InvalidParameters as error:
        faults += [fault._replace(parameter=f"filters.{fault.parameter}") for fault in error.faults]
    return values, faults

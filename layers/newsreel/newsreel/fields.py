"""Fields of requests, in a query string or in a body of JSON, each declared once: how it is read and what it takes.

Requests are read by these declarations, and the OpenAPI document is made of them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from newsreel.errors import Fault, InvalidParameters


class Field(NamedTuple):
    """A field of a request.

    `read` turns what is given, a text of a query string or a value of JSON, into the field's value, or raises
    ValueError; `allowed` says what it takes, in words; `schema` the same as a JSON Schema (2020-12), with the default;
    `about` what it means.
    """

    name: str
    read: Callable[[Any], Any]
    allowed: str
    schema: Mapping[str, Any]
    about: str


def one_of(*allowed: str) -> Callable[[Any], str]:
    """Reads one of some words."""

    def read(value: Any) -> str:
        if value not in allowed:
            raise ValueError(value)
        return str(value)

    return read


def whole(least: int, most: int) -> Callable[[Any], int]:
    """Reads a whole number of JSON, both bounds included."""

    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= most:
            raise ValueError(value)
        return value

    return read


def whole_text(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number of a query string, both bounds included."""

    def read(text: str) -> int:
        # No more digits than the bound has: Python takes its time to read thousands of them.
        if not re.fullmatch(rf"[0-9]{{1,{len(str(most))}}}", text) or not least <= int(text) <= most:
            raise ValueError(text)
        return int(text)

    return read


def truth(value: Any) -> bool:
    """Reads true or false of JSON."""
    if not isinstance(value, bool):
        raise ValueError(value)  # noqa: TRY004 - every wrong value is a fault of the same kind
    return value


def list_of(read: Callable[[str], str], most: int) -> Callable[[Any], tuple[str, ...]]:
    """Reads a list of JSON whose items are texts, each once, so many of them at most."""

    def read_all(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
            raise ValueError(value)
        found = tuple(dict.fromkeys(map(read, value)))
        if len(found) > most:
            raise ValueError(value)
        return found

    return read_all


def read_object(body: Any, fields: Sequence[Field], of: str) -> dict[str, Any]:
    """The fields of an object of JSON; `of` says whose they are. Raises InvalidParameters with every fault."""
    values, faults = read_what_is_right(body, fields, of)
    if faults:
        raise InvalidParameters(*faults)
    return values


def read_what_is_right(body: Any, fields: Sequence[Field], of: str) -> tuple[dict[str, Any], list[Fault]]:
    """The same, with the faults beside what could be read. Raises InvalidParameters where it is no object."""
    if not isinstance(body, dict):
        raise InvalidParameters(
            Fault("body", None, f"must be an object of JSON with the settings of {of}, such as {{}}")
        )
    known = {field.name: field for field in fields}
    values: dict[str, Any] = {}
    faults = []
    for name, value in body.items():
        if name not in known:
            # It may be a secret under a name that is written wrong.
            faults.append(Fault(name, None, f"is not a setting of {of}; known are {', '.join(known)}"))
            continue
        try:
            values[name] = known[name].read(value)
        except ValueError:
            secret = known[name].schema.get("writeOnly")
            faults.append(Fault(name, None if secret else str(value), f"must be {known[name].allowed}"))
    return values, faults

"""DynamoDB's attribute values to plain ones and back.

boto3 ships the same as `TypeSerializer`, which gives Decimals for numbers and brings all of boto3 with it.
"""

from collections.abc import Mapping
from typing import Any

type Attributes = dict[str, Any]
"""An item as DynamoDB's wire format has it: name → {type: value}."""


def packed(values: Mapping[str, Any]) -> Attributes:
    """An item of the given values; what is None or an empty text is left out."""
    return {name: _pack(value) for name, value in values.items() if value is not None and value != ""}


def unpacked(item: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The values of an item; numbers come as int."""
    return {name: _unpack(value) for name, value in item.items()}


def _pack(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int():
            return {"N": str(value)}
        case None:
            return {"NULL": True}
        case Mapping():
            return {"M": {name: _pack(inner) for name, inner in value.items()}}
        case list() | tuple():
            return {"L": [_pack(inner) for inner in value]}
    raise TypeError(f"no attribute type for {type(value).__name__}")


def _unpack(value: Mapping[str, Any]) -> Any:
    ((kind, inner),) = value.items()
    match kind:
        case "S" | "BOOL":
            return inner
        case "N":
            return int(inner)
        case "NULL":
            return None
        case "M":
            return {name: _unpack(each) for name, each in inner.items()}
        case "L":
            return [_unpack(each) for each in inner]
    raise TypeError(f"attribute type {kind} is not used here")

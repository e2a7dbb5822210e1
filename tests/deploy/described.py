"""Prints what botocore knows of the calls that newsreel makes, and what it does at each: one line of JSON a call."""

import json
import re
from typing import Any

import botocore.session

from trim import USED

DISCOVERY = "block_endpoint_discovery_required_operations"
"""A guard of operations that need DescribeEndpoints, which is left out as none of these does."""


def main() -> None:
    """Print it for every operation."""
    session = botocore.session.get_session()
    for service, operations in USED.items():
        client = session.create_client(service, region_name="us-east-1")
        model = client.meta.service_model
        for name in operations:
            operation = model.operation_model(name)
            shapes: dict[str, Any] = {}
            for shape in (operation.input_shape, operation.output_shape, *operation.error_shapes):
                describe(shape, shapes)
            where = f"{model.service_id.hyphenize()}.{name}"
            at = {event: handlers(client, f"{event}.{where}") for event in events(client)}
            called = {event: found for event, found in at.items() if found}
            print(json.dumps([service, name, operation.http, shapes, called]))  # noqa: T201


def events(client: Any) -> list[str]:
    """Everything that happens at which something is called, for whatever service."""
    # There is no public way to see them.
    root = client.meta.events._emitter._handlers._root  # noqa: SLF001
    return sorted(root["children"])


def handlers(client: Any, event: str) -> list[str]:
    """What is called at an event, without addresses in memory."""
    # There is no public way to see them.
    found = client.meta.events._emitter._handlers.prefix_search(event)  # noqa: SLF001
    names = [re.sub(" at 0x[0-9a-f]+", "", repr(each)) for each in found]
    return [name for name in names if DISCOVERY not in name]


def describe(shape: Any, shapes: dict[str, Any]) -> None:
    """Add a shape, and those that it is made of."""
    if shape.name in shapes:
        return
    parts = dict(getattr(shape, "members", {}))
    parts |= {part: getattr(shape, part) for part in ("member", "key", "value") if hasattr(shape, part)}
    shapes[shape.name] = [shape.type_name, shape.metadata, {name: each.name for name, each in parts.items()}]
    for each in parts.values():
        describe(each, shapes)


if __name__ == "__main__":
    main()

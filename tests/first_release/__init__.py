"""What 0.1.0 (2026-11-23), the first release, left behind: its template, and tables as its own code had written them.

The template is word for word. For the tables its handlers polled two queries for two hours on dynalite, until the key's
searches were spent; `shown` is what its api then answered.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from newsreel.times import instant

TEMPLATE = Path(__file__).with_name("template.yaml")
_LEFT: dict[str, Any] = json.loads(Path(__file__).with_name("tables.json").read_text(encoding="utf-8"))

NOW: datetime = instant(_LEFT["now"])
"""When that was."""
CURSOR: str = _LEFT["cursor"]
"""Of the page behind the first two videos of the first query."""
TABLES: dict[str, list[dict[str, Any]]] = _LEFT["tables"]
"""Logical id → items."""
SHOWN: dict[str, list[dict[str, Any]]] = _LEFT["shown"]
"""Query → its videos, newest first."""


def seed(dynamodb: Any, names: dict[str, str], now: datetime = NOW) -> None:
    """Put the items into tables, whose names are given by their logical ids. They expire as if they were of `now`."""
    later = int((now - NOW).total_seconds())
    for logical_id, items in TABLES.items():
        for item in items:
            expiry = {"expires_at": {"N": str(int(item["expires_at"]["N"]) + later)}} if "expires_at" in item else {}
            dynamodb.put_item(TableName=names[logical_id], Item=item | expiry)

"""The feeds of all watched queries as a list that feed readers import (OPML 2.0, http://opml.org/spec2.opml)."""

from collections.abc import Sequence
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from newsreel.settings import EVERY_QUERY
from newsreel.web.feed import clean

TYPE = "text/x-opml; charset=utf-8"
ALL = "All queries"


def document(queries: Sequence[str], base: str) -> str:
    """The list's XML: a feed of each query, and one of all together where there are several."""
    opml = ET.Element("opml", version="2.0")
    head = ET.SubElement(opml, "head")
    ET.SubElement(head, "title").text = "newsreel"
    body = ET.SubElement(opml, "body")
    for query in (*queries, *([EVERY_QUERY] if len(queries) > 1 else [])):
        address = urlencode({"query": query})
        name = f"newsreel: {ALL if query == EVERY_QUERY else clean(query)}"
        # The type of a feed is called so whatever its format is.
        ET.SubElement(
            body,
            "outline",
            type="rss",
            text=name,
            title=name,
            xmlUrl=f"{base}/videos.atom?{address}",
            htmlUrl=f"{base}/?{address}",
        )
    return ET.tostring(opml, encoding="unicode", xml_declaration=True)

"""What a schema cannot say of a request that is right."""

from typing import Any
from urllib.parse import unquote

import schemathesis
from schemathesis import GenerationMode

from newsreel.errors import InvalidParameters
from newsreel.library.filters import DURATION_AT_MOST, SEARCH
from newsreel.news.target import read_name
from newsreel.web.parameters import PUBLISHED_AFTER, PUBLISHED_BEFORE


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
    if case.meta and case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    # A name has to have something that can be seen.
    if "target" in (case.path_parameters or {}):
        try:
            read_name(unquote(str(case.path_parameters["target"])))
        except InvalidParameters:
            case.path_parameters["target"] = "chat"
    query = case.query
    if not query:
        return
    # A cursor comes from a page of the same listing; none can be made up.
    query.pop("cursor", None)
    # A search has to hold a word of two letters, of any script.
    for name in ("search", "exclude"):
        try:
            SEARCH.read(query.get(name, "any"))
        except ValueError:
            del query[name]
    if int(query.get("min_duration", 0)) > int(query.get("max_duration", DURATION_AT_MOST)):
        del query["max_duration"]
    after, before = query.get("published_after"), query.get("published_before")
    if after and before and PUBLISHED_AFTER.read(after) >= PUBLISHED_BEFORE.read(before):
        del query["published_before"]

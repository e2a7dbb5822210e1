"""The JSON schemas of the answers, made from their shapes.

Loaded when building and testing only: the functions do without pydantic.
"""

from types import get_original_bases
from typing import Any, is_typeddict

from pydantic import ConfigDict, TypeAdapter, with_config
from pydantic.json_schema import GenerateJsonSchema

from newsreel.web import shown, shown_news


class _Plain(GenerateJsonSchema):
    """Schemas without the titles that pydantic makes of the fields' names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        return False


def schemas() -> dict[str, Any]:
    """The schemas by the names of their shapes, as the document's components."""
    described = with_config(ConfigDict(use_attribute_docstrings=True))
    found_shapes = {
        shape.__name__: shape
        for module in (shown, shown_news)
        for shape in vars(module).values()
        if is_typeddict(shape)
    }
    shapes = [described(shape) for shape in found_shapes.values()]
    _, definitions = TypeAdapter.json_schemas(
        [(shape.__name__, "serialization", TypeAdapter(shape)) for shape in shapes],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Plain,
    )
    found: dict[str, Any] = definitions["$defs"]
    for shape in shapes:
        # pydantic reads the texts of a shape's own fields only.
        for base in filter(is_typeddict, get_original_bases(shape)):
            found[shape.__name__]["properties"] |= found[base.__name__]["properties"]
    return found

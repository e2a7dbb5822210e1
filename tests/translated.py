"""A template as SAM's own translator leaves it for CloudFormation, as the transform does that AWS runs."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from samtranslator.parser.parser import Parser  # type: ignore[import-untyped]
from samtranslator.translator.translator import Translator  # type: ignore[import-untyped]
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

from local.machine import ROOT

NOTHING: Mapping[str, str] = MappingProxyType({})
ARTIFACTS = {"AWS::Serverless::Function": "CodeUri", "AWS::Serverless::LayerVersion": "ContentUri"}


class _Session:
    """Stands for a session of boto3, of which the translator asks the region alone."""

    region_name = "us-east-1"


def translated(
    path: Path = ROOT / "template.yaml",
    *,
    parameters: Mapping[str, str] = NOTHING,
    uploads: Mapping[str, str] = NOTHING,
) -> dict[str, Any]:
    """Logical id → resource, deployed with these parameters; `uploads` tells builds of a function or layer apart."""
    template = yaml_parse(path.read_text(encoding="utf-8"))
    for name, resource in template["Resources"].items():
        if artifact := ARTIFACTS.get(resource["Type"]):
            resource["Properties"][artifact] = f"s3://uploads/{name}{uploads.get(name, '')}"
    translator = Translator({}, Parser(), boto_session=_Session())
    made: dict[str, Any] = translator.translate(template, parameter_values=dict(parameters))
    return dict(made["Resources"])

"""What `template.yaml` says of tables, queues, secrets and functions, for those who make them on one machine."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TABLE = "AWS::DynamoDB::Table"
QUEUE = "AWS::SQS::Queue"
SECRET = "AWS::SecretsManager::Secret"  # noqa: S105 - a resource's type
FUNCTION = "AWS::Serverless::Function"


@dataclass(frozen=True, slots=True)
class Intrinsic:
    """A function of CloudFormation in its short form: `!Ref Name` has the name `Ref` and the argument `Name`."""

    name: str
    argument: Any


class _Loader(yaml.CSafeLoader):
    """Reads `!Name argument` as an Intrinsic."""


def _intrinsic(loader: yaml.CSafeLoader, name: str, node: yaml.Node) -> Intrinsic:
    match node:
        case yaml.ScalarNode():
            return Intrinsic(name, loader.construct_scalar(node))
        case yaml.SequenceNode():
            return Intrinsic(name, loader.construct_sequence(node, deep=True))
        case yaml.MappingNode():
            return Intrinsic(name, loader.construct_mapping(node, deep=True))
    raise TypeError(f"no such YAML node: {node!r}")


_Loader.add_multi_constructor("!", _intrinsic)


class Template:
    """The template with its parameters' values: their defaults, or what `overrides` has under their names.

    A parameter's name among `overrides` is in capitals: PollIntervalSeconds is POLL_INTERVAL_SECONDS there.
    """

    def __init__(self, path: Path, overrides: Mapping[str, str]) -> None:
        # The loader is yaml's safe one and a constructor of plain values.
        document = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506
        self._globals: dict[str, Any] = document.get("Globals", {}).get("Function", {})
        self._resources: dict[str, Any] = document["Resources"]
        self.declared: dict[str, dict[str, Any]] = document["Parameters"]
        """The parameters as the template declares them."""
        self.parameters = {
            name: overrides.get(_variable(name), str(parameter.get("Default", "")))
            for name, parameter in self.declared.items()
        }

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Logical id → properties of all resources of a type."""
        return {
            name: resource.get("Properties", {})
            for name, resource in self._resources.items()
            if resource["Type"] == kind
        }

    def function(self, logical_id: str) -> dict[str, Any]:
        """The properties of a function, with what the template says of all functions."""
        own: dict[str, Any] = self._resources[logical_id]["Properties"]
        return self._globals | own

    def environment(self, logical_id: str, ref: Callable[[str], str]) -> dict[str, str]:
        """The environment of a function; `ref` gives the physical name of a resource."""
        sets = (self._globals, self._resources[logical_id]["Properties"])
        variables = [each.get("Environment", {}).get("Variables", {}) for each in sets]
        return {name: self.value(value, ref) for part in variables for name, value in part.items()}

    def value(self, value: Any, ref: Callable[[str], str]) -> str:
        """A scalar of the template as text, with `!Ref` resolved. Raises NotImplementedError for other functions."""
        match value:
            case Intrinsic("Ref", str(name)):
                return self.parameters[name] if name in self.parameters else ref(name)
            case Intrinsic(name):
                raise NotImplementedError(f"the template uses !{name} where only !Ref is understood")
        return str(value)


def _variable(parameter: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", parameter).upper()

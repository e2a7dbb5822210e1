"""Leave out of a built layer what newsreel never uses: `python trim.py FOLDER`, where the packages lie.

A function pays at every cold start for whatever its libraries load (`make bench`):

- botocore describes 440 services in 25 MB, and whenever it makes a client it looks into all their folders and reads a
  list of every service's endpoints. What stays is its own data of four services without documentation, and of those
  the operations that the functions call, with their shapes.
- botocore's special treatment of other services and its generator of documentation, registered with every session.
- urllib3's HTTP/2, which is off unless a program switches it on.
- requests' guesses at a text's encoding: the sources speak JSON, which is UTF-8.

What else is rarely used waits until it is: the patterns by which urllib3 and botocore read addresses, which take 54
million instructions to compile, and the resolvers and events of Powertools that no function has, which take 102 million
to load.

A session with a client of DynamoDB then takes a seventh of the instructions, 45 million instead of 316. Credentials,
signing, retries, time-outs and the rules of endpoints stay as they are. A new call needs its name here, as it does in
the template's permissions; tests compare both, and botocore before and after.
"""

import ast
import gzip
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

USED = {
    "dynamodb": ("BatchGetItem", "BatchWriteItem", "DeleteItem", "PutItem", "Query", "UpdateItem"),
    "events": ("PutEvents",),
    "secretsmanager": ("GetSecretValue", "PutSecretValue"),
    "sqs": ("SendMessage", "SendMessageBatch"),
}
"""The operations that are called, by service."""
MODEL, RULES = "service-2.json", "endpoint-rule-set-1.json"
ENDPOINTS = "endpoints.json"
ONLY_USED = """
BUILTIN_HANDLERS = [each for each in BUILTIN_HANDLERS if "." not in each[0] or each[0].split(".")[1] in {services}]
"""
"""At the end of `botocore.handlers`: events are named by what happens, then by the service it happens to."""
NO_DOCSTRINGS = '''"""No docstrings, as there is no documentation to make them of."""


class _NoDocstring:
    def __init__(self, **_):
        pass


ClientMethodDocstring = PaginatorDocstring = WaiterDocstring = _NoDocstring
'''
"""In place of `botocore.docs.docstring`, which gives a client's methods their docstrings."""
NO_HTTP2 = '"""HTTP/2 is never switched on."""\n'
"""In place of `urllib3.http2`, which asks for the version of a package that is not there."""
ALWAYS_UTF_8 = '''"""Texts are UTF-8."""

__version__ = "3.0.0"


def detect(_):
    return {"encoding": "utf-8"}
'''
"""In place of `charset_normalizer`, which the layer does not have, as far as requests uses it."""

LATER = '''class _Later:
    """A pattern that is compiled when it is first used."""

    def __init__(self, *pattern):
        self._pattern = pattern

    def __getattr__(self, name):
        found = getattr(re.compile(*self._pattern), name)
        setattr(self, name, found)
        return found


'''
"""Ahead of a module's first pattern."""
PATTERN = re.compile(r"^(\w+ = )re\.compile\(", re.MULTILINE)
WHEN_ASKED_FOR = '''"""Each name is loaded when it is first asked for."""

from importlib import import_module

_MODULES = {modules}
__all__ = list(_MODULES)


def __getattr__(name):
    if name not in _MODULES:
        raise AttributeError(name)
    globals()[name] = getattr(import_module(_MODULES[name], __name__), name)
    return globals()[name]
'''
"""In place of an `__init__` that loads all that its package has."""


def trim(packages: Path) -> None:
    """Trim the packages in place. Raises OSError or KeyError where they are not as expected."""
    botocore = packages / "botocore"
    trim_data(botocore / "data")
    trim_handlers(botocore)
    trim_documentation(botocore / "docs")
    (packages / "urllib3" / "http2" / "__init__.py").write_text(NO_HTTP2, encoding="utf-8")
    (packages / "charset_normalizer.py").write_text(ALWAYS_UTF_8, encoding="utf-8")
    for module in (packages / "urllib3" / "util" / "url.py", botocore / "compat.py"):
        trim_patterns(module)
    powertools = packages / "aws_lambda_powertools"
    for package in (powertools / "event_handler", powertools / "utilities" / "data_classes"):
        trim_names(package / "__init__.py")


def trim_data(data: Path) -> None:
    """Keep of the services' descriptions only what is used."""
    for folder in [each for each in data.iterdir() if each.is_dir()]:
        if folder.name not in USED:
            shutil.rmtree(folder)
    endpoints = _read(data / ENDPOINTS)
    for partition in endpoints["partitions"]:
        partition["services"] = {name: each for name, each in partition["services"].items() if name in USED}
    _write(data / ENDPOINTS, endpoints)
    for service, operations in USED.items():
        newest = max((data / service).iterdir())
        model, rules = _read(newest / f"{MODEL}.gz"), _read(newest / f"{RULES}.gz")
        model["operations"] = {name: model["operations"][name] for name in operations}
        model["shapes"] = {name: model["shapes"][name] for name in sorted(_shapes(model))}
        # Older versions of the service go, and examples, paginators and waiters.
        shutil.rmtree(data / service)
        newest.mkdir(parents=True)
        _write(newest / MODEL, model)
        _write(newest / RULES, rules)


def trim_handlers(botocore: Path) -> None:
    """Register nothing that is done for other services than those whose descriptions are left."""
    models = (botocore / "data").glob(f"*/*/{MODEL}")
    services = sorted(_read(model)["metadata"]["serviceId"].replace(" ", "-").lower() for model in models)
    with (botocore / "handlers.py").open("a", encoding="utf-8") as handlers:
        handlers.write(ONLY_USED.format(services=services))


def trim_documentation(docs: Path) -> None:
    """Keep of the generator of documentation only what other modules import."""
    utilities = (docs / "utils.py").read_text(encoding="utf-8")
    shutil.rmtree(docs)
    docs.mkdir()
    (docs / "__init__.py").touch()
    (docs / "utils.py").write_text(utilities, encoding="utf-8")
    (docs / "docstring.py").write_text(NO_DOCSTRINGS, encoding="utf-8")


def trim_patterns(module: Path) -> None:
    """Compile the patterns of a module when they are first used. Raises ValueError where it has none."""
    text = module.read_text(encoding="utf-8")
    first = PATTERN.search(text)
    if first is None:
        raise ValueError(f"{module} has no patterns")
    place = first.start()
    module.write_text(text[:place] + LATER + PATTERN.sub(r"\1_Later(", text[place:]), encoding="utf-8")


def trim_names(init: Path) -> None:
    """Load what a package offers when it is asked for. Raises ValueError where it does more than offer names."""
    modules: dict[str, str] = {}
    for node in ast.parse(init.read_text(encoding="utf-8")).body:
        match node:
            case ast.ImportFrom():
                modules |= {each.asname or each.name: "." * node.level + (node.module or "") for each in node.names}
            case ast.Expr(ast.Constant()) | ast.Assign([ast.Name("__all__")]):
                pass
            case _:
                raise ValueError(f"{init} does more than offer names")
    init.write_text(WHEN_ASKED_FOR.format(modules=modules), encoding="utf-8")


def _shapes(model: dict[str, Any]) -> set[str]:
    """The names of all shapes that a service's operations are made of."""
    found: set[str] = set()
    new = _named(model["operations"])
    while new:
        found |= new
        new = _named([model["shapes"][name] for name in new]) - found
    return found


def _named(part: Any) -> set[str]:
    return set(re.findall(r'"shape": "(\w+)"', json.dumps(part)))


def _read(path: Path) -> Any:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return json.loads(text, object_hook=_without_documentation)


def _without_documentation(each: dict[str, Any]) -> dict[str, Any]:
    # A shape may have a member of that name, which is an object.
    return {name: value for name, value in each.items() if name != "documentation" or not isinstance(value, str)}


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    trim(Path(sys.argv[1]))

"""Leave out of the botocore in a built layer what newsreel never uses: `python trim.py FOLDER`, where botocore lies.

botocore describes 440 services in 25 MB. Whenever it makes a client it looks into all their folders and reads a list of
every service's endpoints, and importing it brings the generator of its documentation. What stays is its own data of
three services without documentation, and of those the operations that the functions call. Making a client of DynamoDB
then takes 0.75 of the instructions (`make bench`). Credentials, signing, retries, time-outs and the rules of endpoints
stay as they are. A new call needs its name here, as it does in the template's permissions; a test compares both.
"""

import gzip
import json
import shutil
import sys
from pathlib import Path
from typing import Any

USED = {
    "dynamodb": ("BatchGetItem", "BatchWriteItem", "DeleteItem", "PutItem", "Query", "UpdateItem"),
    "secretsmanager": ("GetSecretValue",),
    "sqs": ("SendMessage",),
}
"""The operations that are called, by service."""
MODEL, RULES = "service-2.json", "endpoint-rule-set-1.json"
ENDPOINTS = "endpoints.json"
NO_DOCSTRINGS = '''"""No docstrings, as there is no documentation to make them of."""


class _NoDocstring:
    def __init__(self, **_):
        pass


ClientMethodDocstring = PaginatorDocstring = WaiterDocstring = _NoDocstring
'''
"""In place of `botocore.docs.docstring`, which gives a client's methods their docstrings."""


def trim(botocore: Path) -> None:
    """Trim botocore's folder in place. Raises OSError or KeyError where it is not as expected."""
    trim_data(botocore / "data")
    trim_documentation(botocore / "docs")


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
        # Older versions of the service go, and examples, paginators and waiters.
        shutil.rmtree(data / service)
        newest.mkdir(parents=True)
        _write(newest / MODEL, model)
        _write(newest / RULES, rules)


def trim_documentation(docs: Path) -> None:
    """Keep of the generator of documentation only what other modules import."""
    utilities = (docs / "utils.py").read_text(encoding="utf-8")
    shutil.rmtree(docs)
    docs.mkdir()
    (docs / "__init__.py").touch()
    (docs / "utils.py").write_text(utilities, encoding="utf-8")
    (docs / "docstring.py").write_text(NO_DOCSTRINGS, encoding="utf-8")


def _read(path: Path) -> Any:
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return json.loads(text, object_hook=_without_documentation)


def _without_documentation(each: dict[str, Any]) -> dict[str, Any]:
    # A shape may have a member of that name, which is an object.
    return {name: value for name, value in each.items() if name != "documentation" or not isinstance(value, str)}


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    trim(Path(sys.argv[1]) / "botocore")

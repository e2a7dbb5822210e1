"""The README tells of every setting, route and command, and of none that there is not."""

import re
from pathlib import Path

import functions.api.app as api
from local.template import Template

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_parameter_of_the_template_is_explained() -> None:
    told = set(re.findall(r"`([A-Z][A-Za-z]+)`", README.partition("## Settings")[2].partition("## How")[0]))
    assert told == set(Template(ROOT / "template.yaml", {}).parameters)


def test_every_route_is_explained() -> None:
    told = set(re.findall(r"`GET (/[^`]*)`", README))
    assert told == {path.replace("*", "{video_id}") for path in api.routes if path != "/docs/*"}


def test_every_command_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?<!to )\bmake ([a-z-]+)", README)) <= targets


def test_pictures_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    assert all((ROOT / picture).is_file() for picture in pictures)


def test_the_benchmarks_have_their_place() -> None:
    table = README.partition("<!-- make bench writes this -->\n")[2].partition("<!-- end -->")[0]
    assert table.startswith("| | newsreel |")
    assert len(table.splitlines()) > 40

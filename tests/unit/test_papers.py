"""The other papers: settings, problems, alarms, outputs, the API, links, the version, the workflow; all as they are."""

import json
import re
import tomllib
from functools import cache
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from local.template import Template
from newsreel.news.bus import Bus
from newsreel.news.queue import News
from newsreel.settings import QUERIES_AT_MOST, QUERY_LENGTH_AT_MOST
from tests.papers import PAPERS, ROOT, blocks, rows, section
from tests.tables import NOW

OPERATIONS, API, NEWS = "docs/operations.md", "docs/api.md", "docs/news.md"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


class _Loader(yaml.CSafeLoader):
    """Reads CloudFormation's `!Name argument` as nothing."""


_Loader.add_multi_constructor("!", lambda *_: None)


@cache
def template() -> dict[str, Any]:
    """The template's text, without what its intrinsic functions give."""
    read: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(encoding="utf-8"), _Loader)  # noqa: S506
    return read


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document as it is served."""
    read: dict[str, Any] = json.loads((ROOT / "functions/api/openapi.json").read_text(encoding="utf-8"))
    return read


def named(cell: str) -> list[str]:
    """What a cell names as code."""
    return re.findall(r"`([^`]+)`", cell)


def first_column(paper: str, title: str) -> list[str]:
    """What the first column of a section's tables names."""
    return [name for row in rows(section(paper, title)) for name in named(row[0])]


def test_every_parameter_of_the_template_is_explained() -> None:
    assert set(first_column(OPERATIONS, "Settings")) == set(Template(ROOT / "template.yaml", {}).parameters)


@pytest.mark.parametrize("row", rows(section(OPERATIONS, "Settings")), ids=lambda row: row[0])
def test_its_default_and_its_bounds_are_those_of_the_template(row: list[str]) -> None:
    (name,), default, allowed = named(row[0]), row[1], row[2]
    parameter = template()["Parameters"][name]
    if parameter["Type"] == "Number":
        assert default == f"{parameter['Default']:,}"
    else:
        # A long one is the address of a link.
        assert re.sub(r"^\[.*\]\((.*)\)$", r"\1", default) == (parameter["Default"] or "none")
    if "MinValue" in parameter:
        assert allowed == f"{parameter['MinValue']:,} to {parameter['MaxValue']:,}"
    elif name == "LogRetentionDays":
        values = parameter["AllowedValues"]
        assert allowed.endswith(f"from {values[0]} to {values[-1]:,}")
    elif "AllowedValues" in parameter:
        assert allowed == ", ".join(parameter["AllowedValues"])
    elif name == "Queries":
        assert f"1 to {QUERIES_AT_MOST} phrases of up to {QUERY_LENGTH_AT_MOST} characters" in allowed
        assert f"{parameter['MaxLength']:,} characters in all" in allowed


def test_every_problem_of_the_status_is_explained() -> None:
    codes = document()["components"]["schemas"]["ProblemCode"]["enum"]
    told = first_column(OPERATIONS, "Watching")
    assert told[: len(codes)] == codes


def test_every_alarm_is_explained() -> None:
    alarms = {name for name, each in template()["Resources"].items() if each["Type"] == "AWS::CloudWatch::Alarm"}
    assert {name for name in first_column(OPERATIONS, "Watching") if name.endswith("Alarm")} == alarms


def test_every_output_is_explained() -> None:
    assert set(first_column(OPERATIONS, "Deploying")) == set(template()["Outputs"])


def test_every_parameter_of_the_api_is_explained() -> None:
    page, feed = (
        {each["name"]: each["schema"] for each in document()["paths"][path]["get"]["parameters"] if "name" in each}
        for path in ("/videos", "/videos.atom")
    )
    assert first_column(API, "Parameters") == list(page) == list(feed)
    allowed = dict(zip(page, (row[1] for row in rows(section(API, "Parameters"))), strict=True))
    for name, schema in page.items():
        assert "enum" not in schema or named(allowed[name]) == schema["enum"]
    size, default = page["page_size"], feed["page_size"]["default"]
    bounds = f"{size['minimum']} to {size['maximum']}"
    assert allowed["page_size"] == f"{bounds}; {size['default']} by default, {default} for a feed"


def test_every_field_of_a_video_is_explained() -> None:
    assert set(first_column(API, "A video")) == set(document()["components"]["schemas"]["Video"]["properties"])


def test_every_setting_of_a_target_is_explained() -> None:
    settings = document()["components"]["schemas"]["NewTarget"]["properties"]
    explained = {named(row[0])[0]: row for row in rows(section(NEWS, "Targets"))}
    assert list(explained) == list(settings)
    for name, schema in settings.items():
        _, default, allowed, _ = explained[name]
        assert "enum" not in schema or named(allowed) == schema["enum"]
        if schema.get("default") not in (None, [], {}):
            assert json.dumps(schema["default"]).strip('"') == default.strip("`")
    filters = settings["filters"]["properties"]
    assert named(explained["filters"][2])[: len(filters)] == list(filters)


def test_the_message_to_a_webhook_has_the_fields_of_a_real_one() -> None:
    message, *_ = map(json.loads, blocks(NEWS, "json"))
    schemas = document()["components"]["schemas"]
    assert message.keys() == schemas["News"]["properties"].keys()
    assert set(first_column(NEWS, "Webhooks")) - {"X-Newsreel-Event"} == message.keys()
    (video,) = message["videos"]
    assert video.keys() <= schemas["Video"]["properties"].keys()
    (headers,) = blocks(NEWS, "http")
    post = document()["webhooks"]["news"]["post"]
    assert re.findall(r"^(X-[A-Za-z-]+): ", headers, re.MULTILINE) == [each["name"] for each in post["parameters"]]


def test_the_event_of_a_bus_is_as_its_schema_says_and_the_rule_finds_it() -> None:
    _, rule, event, schema = map(json.loads, blocks(NEWS, "json"))
    put: list[dict[str, str]] = []

    class Events:
        def put_events(self, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803 - boto3's names
            put.extend(Entries)
            return {"FailedEntryCount": 0}

    Bus(Events(), "a-bus").put(News("1f", "cricket", ("video000001",)), ["video000001"], NOW)  # type: ignore[arg-type]
    (entry,) = put
    real = {"source": entry["Source"], "detail-type": entry["DetailType"], "detail": json.loads(entry["Detail"])}
    validator = Draft202012Validator(schema)
    for each in (event, real):
        validator.validate(each)
        assert each["source"] in rule["source"]
        assert each["detail-type"] in rule["detail-type"]
        assert each["detail"]["query"] in rule["detail"]["query"]
        assert each["detail"].keys() == schema["properties"]["detail"]["properties"].keys()


def slug(heading: str) -> str:
    """The anchor that hosting sites give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("paper", PAPERS)
def test_relative_links_lead_somewhere(paper: str) -> None:
    text = re.sub(r"^```.*?^```$", "", PAPERS[paper], flags=re.MULTILINE | re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (ROOT / paper).parent / path if path else ROOT / paper
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in map(slug, headings), link


def test_there_is_one_version() -> None:
    # Another test compares this document with what the code makes.
    assert document()["info"]["version"] == VERSION


def test_the_changelogs_newest_release_is_this_version() -> None:
    headings = re.findall(r"^## (.+)$", PAPERS["CHANGELOG.md"], re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert all(re.fullmatch(r"\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", each) for each in headings[1:])
    assert headings[1].startswith(f"{VERSION} - ")


def test_github_runs_what_ci_runs() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert "permissions" not in job
    assert job["timeout-minutes"] == 30
    used = [step["uses"] for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", each) for each in used)
    (python,) = (step["with"]["python-version"] for step in job["steps"] if "setup-python" in step.get("uses", ""))
    assert f"=={python}.*" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]


def test_the_architecture_names_every_module() -> None:
    package = ROOT / "layers" / "newsreel" / "newsreel"
    there = {path.relative_to(package).parent.as_posix() for path in package.rglob("*.py")}
    found: dict[str, set[str]] = {room: set() for room in there}
    for path in package.rglob("*.py"):
        if path.stem != "__init__":
            found[path.relative_to(package).parent.as_posix()].add(path.stem)
    named_here = {
        row[0].strip("`/") if row[0] != "the values" else ".": set(named(row[1]))
        for row in rows(section("docs/architecture.md", "The rooms"))
    }
    assert named_here == found

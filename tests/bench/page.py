"""What a warm page costs a function, from event to answer, in millions of instructions.

The built api asks dynalite over HTTP on loopback, which is another process and not counted. Beside it what most would
write: boto3's `client.query`, its `TypeDeserializer`, and `json.dumps`.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from local import engine, sam, stack
from local.machine import ROOT
from local.template import Template
from newsreel.aws.calls import put_items
from newsreel.library.item import to_item
from newsreel.times import instant, stamp
from newsreel.video import Video
from tests.bench import report
from tests.bench.cold_start import BUILT, ENVIRONMENT, LAYER, RUNTIME
from tests.bench.instructions import of_round
from tests.bench.report import Row

TITLE = "A warm page, from event to answer (million instructions)"
SIZES = 10, 50
PLAIN = "`client.query`, `TypeDeserializer`, `json.dumps`"
HANDLER = """
import json, os, types
import app
event = json.loads(os.environ["EVENT"])
context = types.SimpleNamespace(aws_request_id="bench")
# What is watched is read every two seconds: on a slower machine in more of the rounds.
app.listed.seconds = 1e9
assert app.handler(event, context)["statusCode"] == 200
"""
QUERY = """
import json, boto3
from boto3.dynamodb.types import TypeDeserializer
client, deserializer = boto3.client("dynamodb"), TypeDeserializer()
def page():
    answer = client.query(
        TableName="VideosTable", IndexName="by_query_published_at", KeyConditionExpression="#query = :query",
        ExpressionAttributeNames={{"#query": "query"}}, ExpressionAttributeValues={{":query": {{"S": "cricket"}}}},
        ScanIndexForward=False, Limit={size},
    )
    items = [{{name: deserializer.deserialize(value) for name, value in item.items()}} for item in answer["Items"]]
    return json.dumps({{"videos": items}}, default=str)
page()
"""


def rows() -> Iterator[Row]:
    """Pages of 10 and 50, with and without compressing them, and one from the function's memory."""
    sam.build()
    with warm() as (environment, path):
        for size in SIZES:
            plain = plain_page(size, environment)
            for name, coding in (("", ""), (", compressed", "gzip")):
                yield row(f"{size} videos{name}", page(size, coding, environment, path), plain)
        asked = environment | {"EVENT": event(SIZES[0], "gzip")}
        held = "app.ready._values and app.handler(event, context)"
        keep = HANDLER + "app.ready.seconds = app.pages.seconds = 1e9\n"
        yield row("10 videos from its memory", of_round(RUNTIME, keep, held, path, asked), plain_page(10, environment))


def page(size: int, coding: str, environment: Mapping[str, str], path: Sequence[Path]) -> float:
    """Instructions of a page in this coding that is read from the table."""
    asked = {**environment, "EVENT": event(size, coding)}
    anew = "app.pages.clear(); app.ready.clear(); app.handler(event, context)"
    return of_round(RUNTIME, HANDLER, anew, path, asked)


@contextmanager
def warm() -> Iterator[tuple[dict[str, str], list[Path]]]:
    """The environment of the api with a table to read, and the path of what it loads."""
    with filled() as url:
        # Looking at a password takes a hundred times less than a page.
        own = {"AWS_ENDPOINT_URL": url, "VIDEOS_TABLE": "VideosTable", "STATE_TABLE": "StateTable", "ACCESS": "public"}
        yield ENVIRONMENT | own, [BUILT / "ApiFunction", LAYER]


def plain_page(size: int, environment: Mapping[str, str]) -> float:
    """Instructions of what most would write."""
    return of_round(RUNTIME, QUERY.format(size=size), "page()", (), environment)


def row(what: str, ours: float, theirs: float) -> Row:
    """Both in millions."""
    return Row(what, ours / 1e6, PLAIN, theirs / 1e6)


def event(size: int, coding: str) -> str:
    """An event of `events/`, for a page of this size in this coding."""
    found = json.loads((ROOT / "events" / "api_videos.json").read_text(encoding="utf-8"))
    found["rawQueryString"] = f"page_size={size}"
    found["headers"]["accept-encoding"] = coding
    return json.dumps(found)


@contextmanager
def filled() -> Iterator[str]:
    """The URL of dynalite with a hundred videos of 970 bytes each."""
    template = Template(ROOT / "template.yaml", {})
    with TemporaryDirectory() as folder, engine.dynalite(Path(folder)) as url:
        client = engine.client("dynamodb", url)
        stack.create_tables(template, client)
        put_items(client, "VideosTable", [to_item(video(number), timedelta(days=30)) for number in range(100)])
        yield url


def video(number: int) -> Video:
    """A video of ordinary size."""
    at = stamp(instant("2026-11-23T12:00:00Z") - timedelta(minutes=number))
    pictures = {"default": (120, 90), "medium": (320, 180), "high": (480, 360)}
    return Video(
        f"video{number:06d}",
        "cricket",
        at,
        at,
        at,
        title=f"India vs Australia, match {number}: highlights of a long day",
        description="All the runs, all the wickets and what was said about them afterwards, in one go. " * 3,
        channel_id="UCxxxxxxxxxxxxxxxxxxxxxx",
        channel_title="Cricket Every Day",
        thumbnails={
            name: {"url": f"https://i.ytimg.com/vi/video{number:06d}/{name}.jpg", "width": width, "height": height}
            for name, (width, height) in pictures.items()
        },
        duration_seconds=253,
        detailed=True,
    )


if __name__ == "__main__":
    report.tell(TITLE, rows())

"""Makes the search index of the videos that are stored already: `python -m local.index [stack]` (`make index`).

Videos are indexed as they are stored, so this is for those of before there was an index, or when it was lost. It may
run at any time, also while videos arrive, and again and again. With a stack's name it works on that stack's tables, in
the region and with the credentials of the AWS settings; without one on the data of this machine.
"""

import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from local import engine, stack
from local.console import say
from local.engine import EngineError
from local.machine import DATA, ROOT
from local.template import Template
from newsreel.errors import TableUnavailable
from newsreel.library.item import from_item
from newsreel.library.videos import Videos
from newsreel.library.word_index import WordIndex
from newsreel.times import utc_now
from newsreel.video import Video

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AT_ONCE = 100
"""Videos read, then indexed."""


def index_all(client: "DynamoDBClient", table: str, videos: Videos) -> Iterator[int]:
    """Index every video of a table; gives the number of those done, some at a time. Raises TableUnavailable."""
    done = 0
    pages = client.get_paginator("scan").paginate(TableName=table, PaginationConfig={"PageSize": AT_ONCE})
    for page in pages:
        by_query = defaultdict(list)
        for item in page["Items"]:
            by_query[item["query"]["S"]].append(from_item(item))
        for query, some in by_query.items():
            index_some(videos, query, some)
            done += len(some)
            yield done


def index_some(videos: Videos, query: str, some: list[Video]) -> None:
    """Index videos of a query, as they are when that is done: a poll may change them meanwhile."""
    replaced: dict[str, Video] = {}
    while some:
        with videos.index.ahead_of(some, replaced):
            replaced = {video.video_id: video for video in some}
        there = videos.find(query, replaced)
        videos.index.remove(video for video_id, video in replaced.items() if video_id not in there)
        some = [video for video_id, video in there.items() if video != replaced[video_id]]


@contextmanager
def stack_tables(name: str) -> Iterator[tuple["DynamoDBClient", str, Videos]]:
    """The tables of a stack on AWS."""
    formation: Any = boto3.client("cloudformation")
    (described,) = formation.describe_stacks(StackName=name)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described["Outputs"]}
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in described["Parameters"]}
    yield opened(
        boto3.client("dynamodb"),
        outputs["VideosTableName"],
        outputs["WordsTableName"],
        timedelta(days=int(parameters["RetentionDays"])),
    )


@contextmanager
def local_tables(folder: Path) -> Iterator[tuple["DynamoDBClient", str, Videos]]:
    """The tables in a folder of this machine; newsreel must not run there. Raises EngineError."""
    template = Template(ROOT / "template.yaml", {})
    with engine.dynalite(folder) as url:
        client = engine.client("dynamodb", url)
        tables = stack.create_tables(template, client)
        retention = timedelta(days=int(template.parameters["RetentionDays"]))
        yield opened(client, tables["VideosTable"], tables["WordsTable"], retention)


def opened(
    client: "DynamoDBClient", videos: str, words: str, retention: timedelta
) -> tuple["DynamoDBClient", str, Videos]:
    """The client, the table's name, and the videos with their index."""
    return client, videos, Videos(client, videos, retention, WordIndex(client, words, retention, utc_now), utc_now)


def run(name: str, client: "DynamoDBClient", table: str, videos: Videos, now: Callable[[], float]) -> None:
    """Index all, and show how far it is."""
    # DynamoDB counts a table's items every six hours, dynalite never.
    count = client.describe_table(TableName=table)["Table"]["ItemCount"]
    began, done = now(), 0
    for done in index_all(client, table, videos):
        left = timedelta(seconds=round((count - done) * (now() - began) / done))
        rest = f" of about {count:,}, {left} to go" if count > done else ""
        sys.stderr.write(f"\r\033[Knewsreel: {name}: {done:,}{rest}")
        sys.stderr.flush()
    if done:
        sys.stderr.write("\n")
    say(f"{name}: {done:,} videos can be searched")


def main(names: list[str]) -> None:
    """Index a stack's videos, or all of this machine."""
    with suppress(KeyboardInterrupt):
        if names:
            for name in names:
                with stack_tables(name) as tables:
                    run(name, *tables, time.monotonic)
            return
        folders = sorted(current.parent for current in DATA.glob("*/CURRENT"))
        if not folders:
            say(f"there are no videos in {DATA}/ yet; for a stack on AWS: make index STACK=its-name")
        for folder in folders:
            with local_tables(folder) as tables:
                run(str(folder), *tables, time.monotonic)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except (EngineError, TableUnavailable, BotoCoreError, ClientError) as error:
        say(f"{error}; what is done stays done, and it can be run again")
        sys.exit(1)

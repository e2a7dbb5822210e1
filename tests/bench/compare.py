"""Pages over HTTP, newsreel's local server beside those that most people would write, on the same 100,000 videos.

Each server is one process with kept connections: newsreel's by Waitress, with dynalite as another; Django REST
Framework's by gunicorn and FastAPI's by uvicorn, both on SQLite with an index for the order. CPU is that of a server's
processes together. newsreel's api remembers no answers, unless said.

For the walk, one reader goes from the first page to the last while others write: after every tenth page, a newer video
and two that were published in the same second as the last one read. Of the videos that stood there from the beginning,
one is lost if no page had it.
"""

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from local.machine import ROOT
from local.serving import LOOPBACK
from newsreel.aws.calls import put_items
from newsreel.library.item import to_item
from newsreel.times import instant, stamp, utc_now
from newsreel.video import Video
from tests.bench import report
from tests.bench.depth import PYTHON
from tests.bench.report import Row
from tests.bench.search import RETENTION, loaded
from tests.tables import own_client

TITLE = "Over HTTP: 100,000 videos, a page of 10"
QUERY = "cricket"
COUNT, SIZE, DEEP = 100_000, 10, 1_000
BEGIN = utc_now() - timedelta(days=1)
"""What is much older has expired."""
ROUNDS, BATCH = 12, 20
WALKED, EVERY = 50, 10
"""Videos of a page of the walk, and pages from one writing to the next."""
COLUMNS = (
    "video_id",
    "query",
    "published_at",
    "first_seen_at",
    "fetched_at",
    "title",
    "description",
    "channel_id",
    "channel_title",
    "live",
    "duration_seconds",
    "view_count",
)
DESCRIPTION = "What this video is about, and where else to look for it. " * 12
"""Of the usual length: a video has about a kilobyte."""
DJANGO = "Django REST Framework, cursors"
FASTAPI = "FastAPI and SQLAlchemy, the same key"
REMEMBERING = "newsreel, from its memory"
OFFSET = "FastAPI and SQLAlchemy, by offset"
QUIETLY = "--log-level", "warning"
GUNICORN = (
    "gunicorn",
    *QUIETLY,
    "--no-control-socket",
    "--worker-class",
    "gthread",
    "--threads",
    "4",
    "--keep-alive",
    "600",
)
UVICORN = "uvicorn", *QUIETLY, "--no-access-log", "--timeout-keep-alive", "600"
type Write = Callable[[list[Video]], None]


class Server(NamedTuple):
    """One of those that are compared."""

    process: "subprocess.Popen[str]"
    connection: HTTPConnection
    path: str
    """Of its first page, whose size comes behind."""
    write: Write

    def page(self, path: str) -> tuple[list[str], str | None]:
        """The ids of a page, and the path of the next."""
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        found = json.loads(body)
        if "next_cursor" in found:
            following = found["next_cursor"] and f"{path.partition('&cursor=')[0]}&cursor={found['next_cursor']}"
            return [video["video_id"] for video in found["videos"]], following
        return [video["video_id"] for video in found["results"]], found["next"]

    def deep(self) -> str:
        """The path of a page far down, found as a reader finds it."""
        path = f"{self.path}{SIZE}"
        for _ in range(DEEP - 1):
            _, following = self.page(path)
            assert following
            path = following
        return path

    def cpu(self) -> float:
        """Seconds of its processes."""
        return cpu(self.process.pid) + sum(map(cpu, children(self.process.pid)))


class Measured(NamedTuple):
    """What a page takes."""

    p50: float
    cpu: float
    engine: float
    """CPU of processes below the server's own."""


def rows() -> Iterator[Row]:
    """First and deep pages of each, then what their walks miss."""
    if not PYTHON.exists():
        raise SystemExit("Django and FastAPI are not installed: run `make bench`, which does that first")
    videos = list(made(COUNT))
    with TemporaryDirectory() as folder, running(Path(folder), videos) as servers:
        ours, *others = servers
        beside = [name for name in others if name != REMEMBERING]
        first = {name: f"{each.path}{SIZE}" for name, each in servers.items()}
        deep = {name: servers[name].deep() for name in (ours, *beside)}
        for number, paths in ((1, first), (DEEP, deep)):
            figures = measured(servers, paths)
            mine = figures[ours]
            for name in beside:
                yield Row(f"page {number:,}: p50, ms", mine.p50, name, figures[name].p50)
            for name in beside:
                yield Row(f"page {number:,}: CPU ms a request", mine.cpu, name, figures[name].cpu)
            alone = mine.cpu - mine.engine
            yield Row(f"page {number:,}: CPU ms a request, without dynalite's", alone, FASTAPI, figures[FASTAPI].cpu)
            if number == 1:
                yield Row("page 1: CPU ms a request that the local server adds to the api", added(servers[ours]))
                known, again = figures[REMEMBERING], "page 1, asked for again within a second"
                yield Row(f"{again}: p50, ms", known.p50, FASTAPI, figures[FASTAPI].p50)
                yield Row(f"{again}: CPU ms a request", known.cpu, FASTAPI, figures[FASTAPI].cpu)
        walks = {name: walk(servers[name], videos) for name in (ours, *beside)}
        for place, what in enumerate(("lost", "doubled")):
            for name in beside:
                yield Row(f"a walk while others write: videos {what}", walks[ours][place], name, walks[name][place])


def made(amount: int) -> Iterator[Video]:
    """Videos, the oldest first, three of each second."""
    chance = Random(20)
    for number in range(amount):
        at = BEGIN + timedelta(seconds=number // 3)
        yield video(f"{chance.getrandbits(48):012x}"[:10] + "A", stamp(at), chance)


def video(video_id: str, published_at: str, chance: Random) -> Video:
    """One of usual size."""
    return Video(
        video_id,
        QUERY,
        published_at,
        published_at,
        published_at,
        title=f"India vs Australia: highlights of a long day, {video_id}",
        description=DESCRIPTION,
        channel_id=f"UC{chance.randrange(1_000):022d}",
        channel_title="Cricket Every Day",
        duration_seconds=chance.randint(10, 3_600),
        view_count=chance.randrange(100_000),
        detailed=True,
    )


@contextmanager
def running(folder: Path, videos: list[Video]) -> Iterator[dict[str, Server]]:
    """All servers by name, ours first, each on a copy of the videos of its own."""
    database = folder / "videos.sqlite"
    stored(database, videos)
    with loaded(folder / "ours", iter(videos), COUNT, searchable=False):
        """Made, and closed again."""
    with ExitStack() as stack:
        servers = {}
        for name, seconds in (("newsreel", "0"), (REMEMBERING, "1e9")):
            data = shutil.copytree(folder / "ours" / "data", folder / name)
            command = [sys.executable, "-m", "tests.bench.serve_newsreel", str(data), seconds]
            servers[name] = stack.enter_context(newsreel(command))
        for name, path, command in (
            (DJANGO, "/videos", [*GUNICORN, "serve_django"]),
            (FASTAPI, "/videos", [*UVICORN, "serve_fastapi:app"]),
            (OFFSET, "/by-offset", [*UVICORN, "serve_fastapi:app"]),
        ):
            own = Path(shutil.copy(database, folder / f"{len(servers)}.sqlite"))
            servers[name] = stack.enter_context(other(command, f"{path}?page_size=", own))
        yield servers


@contextmanager
def newsreel(command: list[str]) -> Iterator[Server]:
    """Ours; others write straight into its table."""
    with started(command, ROOT, os.environ, stdout=subprocess.PIPE) as process:
        assert process.stdout
        url, engine = process.stdout.readline().split()
        client = own_client(engine)

        def write(new: list[Video]) -> None:
            put_items(client, "VideosTable", [to_item(each, RETENTION) for each in new])

        yield Server(process, connection(int(url.rpartition(":")[2])), "/videos?page_size=", write)
        # With its input it ends, and dynalite before its folder does.
        process.communicate(timeout=30)


@contextmanager
def other(command: list[str], path: str, database: Path) -> Iterator[Server]:
    """One on SQLite."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        port: int = listener.getsockname()[1]
    at = ["--bind", f"{LOOPBACK}:{port}"] if command[0] == "gunicorn" else ["--port", str(port)]
    environment = os.environ | {"DATABASE": str(database)}
    opened = sqlite3.connect(database)

    def write(new: list[Video]) -> None:
        with opened:
            insert(opened, new)

    with started([str(PYTHON), "-m", *command, *at], Path(__file__).parent, environment) as process:
        yield Server(process, connection(port), path, write)
    opened.close()


@contextmanager
def started(
    command: list[str], folder: Path, environment: Mapping[str, str], **options: Any
) -> Iterator["subprocess.Popen[str]"]:
    """A process until the block ends, which says something only where something is wrong."""
    with subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.PIPE, text=True, **options) as process:
        try:
            yield process
        finally:
            process.terminate()


def connection(port: int) -> HTTPConnection:
    """A kept connection, once somebody listens."""
    for _ in range(200):
        opened = HTTPConnection(LOOPBACK, port, timeout=30)
        try:
            opened.connect()
        except ConnectionRefusedError:
            time.sleep(0.05)
        else:
            return opened
    raise SystemExit("a server does not start")


def stored(database: Path, videos: list[Video]) -> None:
    """Make the table of the others, with an index for its order."""
    opened = sqlite3.connect(database)
    # Readers and writers do not wait for one another then.
    opened.execute("PRAGMA journal_mode = WAL")
    with opened:
        opened.execute(f"CREATE TABLE videos ({', '.join(COLUMNS)}, PRIMARY KEY (video_id))")
        insert(opened, videos)
        opened.execute("CREATE INDEX newest ON videos (query, published_at DESC, video_id DESC)")
    opened.close()


def insert(opened: sqlite3.Connection, videos: list[Video]) -> None:
    """Write rows."""
    places = ", ".join("?" * len(COLUMNS))
    lines = ([getattr(each, name) for name in COLUMNS] for each in videos)
    opened.executemany(f"INSERT INTO videos VALUES ({places})", lines)  # noqa: S608 - nothing of others is in it


def measured(servers: Mapping[str, Server], paths: Mapping[str, str]) -> dict[str, Measured]:
    """What one page takes each server, all in turn, so that all meet the same moods of the machine."""
    times: dict[str, list[float]] = {name: [] for name in paths}
    used: dict[str, list[tuple[float, float]]] = {name: [] for name in paths}
    for _ in range(ROUNDS):
        for name, path in paths.items():
            server = servers[name]
            below = children(server.process.pid)
            before, under = server.cpu(), sum(map(cpu, below))
            for _ in range(BATCH):
                began = time.perf_counter()
                ids, _ = server.page(path)
                times[name].append(time.perf_counter() - began)
                assert len(ids) == SIZE
            used[name].append((server.cpu() - before, sum(map(cpu, below)) - under))
    return {
        # The first rounds warm up.
        name: Measured(
            median(times[name][2 * BATCH :]) * 1e3,
            *(median(each) / BATCH * 1e3 for each in zip(*used[name][2:], strict=True)),
        )
        for name in paths
    }


def added(server: Server) -> float:
    """CPU milliseconds that newsreel's process takes for a page beside those of the handler."""

    def spent() -> tuple[float, float]:
        assert server.process.stdin
        assert server.process.stdout
        print(file=server.process.stdin, flush=True)
        return cpu(server.process.pid), float(server.process.stdout.readline())

    (process, handler), pages = spent(), ROUNDS * BATCH
    for _ in range(pages):
        server.page(f"{server.path}{SIZE}")
    process_then, handler_then = spent()
    return (process_then - process - (handler_then - handler)) / pages * 1e3


def walk(server: Server, videos: list[Video]) -> tuple[int, int]:
    """How many of the videos a walk misses and how many it gives again, while others come."""
    standing = {each.video_id: each.published_at for each in videos}
    seen: Counter[str] = Counter()
    newest, chance, numbers = instant(videos[-1].published_at), Random(1), count()
    following: str | None = f"{server.path}{WALKED}"
    for number in count(1):
        assert following
        ids, following = server.page(following)
        seen.update(ids)
        if following is None:
            break
        last = next((each for each in reversed(ids) if each in standing), None)
        if number % EVERY == 0 and last:
            # One comes before, one after all that were published in that second.
            at = (stamp(newest + timedelta(seconds=number)), standing[last], standing[last])
            server.write(
                [video(f"{letter}{next(numbers):010d}", each, chance) for letter, each in zip("nz0", at, strict=True)]
            )
    lost = sum(seen[each] == 0 for each in standing)
    return lost, sum(max(0, seen[each] - 1) for each in standing)


def cpu(pid: int) -> float:
    """Seconds of a process, by its own clock: see clock_getcpuclockid(3), whose number Linux makes so."""
    return time.clock_gettime(~pid << 3 | 2)


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    return [int(child) for tasks in Path(f"/proc/{pid}/task").glob("*/children") for child in tasks.read_text().split()]


if __name__ == "__main__":
    report.tell(TITLE, rows())

"""A world around the real handlers: upstream, queue and schedule, in a time that only the test moves."""

import contextlib
import heapq
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self, cast
from urllib.parse import quote
from uuid import uuid4

import pytest
import requests
from botocore.exceptions import ClientError
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse
from werkzeug.test import Client
from werkzeug.wrappers import Response as WSGIResponse

import functions.api.app as api
import functions.editor.app as editor
import functions.fetcher.app as fetcher
import functions.notifier.app as notifier
from local.catalogue import Clip, Clips
from local.engine import Engine
from local.front import Front
from local.invocation import Context, Function
from local.template import Template
from local.upstream import Limits, Upstream
from newsreel.polling.refresh import Refreshed
from newsreel.tracking.track import Tracked
from tests.remembered import Remembered
from tests.tables import client_of, empty_tables, own_client, url_of

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
UPSTREAM_URL = "http://upstream.test/youtube/v3"
PROPERTIES = {"MemorySize": 256, "Timeout": 30}


class InProcess(BaseAdapter):
    """Lets `requests` speak to WSGI apps by host name, without a socket; a host that is not there refuses."""

    def __init__(self, apps: dict[str, Any]) -> None:
        super().__init__()
        self.apps = apps

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        host = str(request.url).split("/")[2]
        if host not in self.apps:
            raise requests.ConnectionError(f"nobody listens at {host}", request=request)
        answer = Client(self.apps[host], WSGIResponse).open(
            str(request.url), method=str(request.method), headers=list(request.headers.items())
        )
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers.update(dict(answer.headers))
        response.raw = HTTPResponse(io.BytesIO(answer.get_data()), preload_content=False)
        response.request, response.url = request, str(request.url)
        return response

    def close(self) -> None:
        """Nothing is open."""


POLLS, NEWS = "queue", "news"
"""The URLs of the world's queues."""


class Queue:
    """SQS as far as the functions use it, in the world's time."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._messages: list[tuple[datetime, int, str, str]] = []
        self.sent = 0
        """Messages, in all."""

    def send_message(self, QueueUrl: str, MessageBody: str, DelaySeconds: int) -> None:  # noqa: N803 - boto3's names
        """Keep a message until its delay is over."""
        assert QueueUrl in (POLLS, NEWS)
        assert 0 <= DelaySeconds <= 900
        self.repeat(QueueUrl, MessageBody, self._now() + timedelta(seconds=DelaySeconds))

    def send_message_batch(self, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - the same
        """The same for up to ten messages."""
        assert 0 < len(Entries) <= 10
        assert len({entry["Id"] for entry in Entries}) == len(Entries)
        for entry in Entries:
            self.send_message(QueueUrl, entry["MessageBody"], entry["DelaySeconds"])
        return {}

    def repeat(self, url: str, body: str, at: datetime) -> None:
        """Deliver a message at this time, as SQS may do at any."""
        self.sent += 1
        heapq.heappush(self._messages, (at, self.sent, url, body))

    def until(self, end: datetime) -> Iterator[tuple[datetime, str, str]]:
        """The messages delivered before `end`, with their times and their queues' URLs."""
        while self._messages and self._messages[0][0] < end:
            at, _, url, body = heapq.heappop(self._messages)
            yield at, url, body


class World:
    """What surrounds the handlers. `now` is the time; `run` lets it pass with the schedule's and the queue's events."""

    def __init__(
        self,
        secrets: "SecretsManagerClient",
        dynamodb: "DynamoDBClient",
        tables: Mapping[str, str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        self.now = START
        self.dynamodb = dynamodb
        self.clips = Clips()
        self.upstream = Upstream(self.clips, self.time)
        self.queue = Queue(self.time)
        self.apps: dict[str, Any] = {"upstream.test": lambda *request: self.upstream(*request)}  # noqa: PLW0108 - tests replace it
        self.reports: list[dict[str, Any]] = []
        self.refreshes: list[Refreshed] = []
        self.trackings: list[Tracked] = []
        self.slept = 0.0
        self.invocations = 0
        self._patch = monkeypatch
        self._secrets = cast("SecretsManagerClient", Remembered(secrets))
        name = f"keys-{uuid4().hex[:8]}"
        self._secret = self._secrets.create_secret(Name=name, SecretString='{"keys": ["key-one"]}')["ARN"]
        targets = self._secrets.create_secret(Name=f"targets-{uuid4().hex[:8]}", SecretString="{}")["ARN"]
        self.environ = {
            **tables,
            "KEYS_SECRET_ID": self._secret,
            "POLL_QUEUE_URL": POLLS,
            "NEWS_QUEUE_URL": NEWS,
            "TARGETS_SECRET_ID": targets,
            # Receivers of tests are on this machine.
            "TARGET_ADDRESSES": "any",
            "QUERIES": "cricket",
            "YOUTUBE_API_URL": UPSTREAM_URL,
            # Open, as it is on one machine; `set_passwords` puts something into the secret.
            "ACCESS": "local",
            # Its tests switch it on; for all others it would only take time.
            "TRACKING": "off",
            "PASSWORDS_SECRET_ID": f"passwords-{uuid4().hex[:8]}",
        }
        # Other tests may have started a world of their own, or an app that reads the environment.
        for name in (
            "PACING",
            "POLL_INTERVAL_SECONDS",
            "SEARCH_CALLS_PER_DAY",
            "UNITS_PER_DAY",
            "INVIDIOUS_URLS",
            "ALLOWED_ORIGIN",
            "EVENT_BUS",
        ):
            monkeypatch.delenv(name, raising=False)

    def __enter__(self) -> Self:
        session = requests.Session()
        session.mount("http://", InProcess(self.apps))
        self._patch.setattr(fetcher, "clock", self.time)
        self._patch.setattr(fetcher, "sleep", self.sleep)
        self._patch.setattr("newsreel.polling.adapters.session", lambda: session)
        self._patch.setattr(fetcher, "queue", lambda: self.queue)
        self._patch.setattr(fetcher, "dynamodb", lambda: self.dynamodb)
        self._patch.setattr("newsreel.aws.clients.client", lambda *_: self._secrets)
        self._patch.setattr(fetcher, "log", self._log)
        self._patch.setattr(fetcher, "log_refresh", self.refreshes.append)
        self._patch.setattr(fetcher, "log_tracking", self.trackings.append)
        self._patch.setattr(api, "clock", self.time)
        # Readers of a world see each change at once.
        self._patch.setattr(api.pages, "seconds", 0)
        self._patch.setattr(api.ready, "seconds", 0)
        self._patch.setattr(api, "dynamodb", lambda: self.dynamodb)
        self._patch.setattr(api.listed, "seconds", 0)
        self._patch.setattr(editor, "clock", self.time)
        self._patch.setattr(editor, "dynamodb", lambda: self.dynamodb)
        self._patch.setattr(editor, "queue", lambda: self.queue)
        self._patch.setattr(notifier, "clock", self.time)
        self._patch.setattr(notifier, "dynamodb", lambda: self.dynamodb)
        self._patch.setattr(notifier, "queue", lambda: self.queue)
        self.configure()
        return self

    def __exit__(self, *_: object) -> None:
        self.restart()

    def without_refreshes(self) -> None:
        """Let nothing be refreshed, where a long time is lived through for something else."""
        self._patch.setattr(fetcher, "due_refresh", lambda _now: ())

    def time(self) -> datetime:
        """The present moment."""
        return self.now

    def configure(self, **variables: str) -> None:
        """Set environment variables, as a new deployment would."""
        self.environ |= variables
        for name, value in self.environ.items():
            self._patch.setenv(name, value)
        self.restart()

    def restart(self) -> None:
        """Begin with new instances of the functions, which remember nothing."""
        for made_once in (
            fetcher.settings,
            fetcher.secret,
            api.settings,
            api.videos,
            api.guard,
            api.dashboard_page,
            editor.settings,
            editor.guard,
            editor.addresses,
            notifier.settings,
            notifier.addresses,
        ):
            made_once.cache_clear()
        for kept in (api.pages, api.ready, api.listed):
            kept.clear()

    def set_keys(self, *keys: str, text: str | None = None) -> None:
        """Replace the secret's value."""
        value = json.dumps({"keys": keys}) if text is None else text
        self._secrets.put_secret_value(SecretId=self._secret, SecretString=value)

    def set_passwords(self, *, text: str | None = None, **passwords: str) -> None:
        """Replace the value of the passwords' secret; made by the first call."""
        name, value = self.environ["PASSWORDS_SECRET_ID"], json.dumps(passwords) if text is None else text
        try:
            self._secrets.put_secret_value(SecretId=name, SecretString=value)
        except ClientError:
            self._secrets.create_secret(Name=name, SecretString=value)

    def add(self, *clips: Clip) -> None:
        """Publish videos on the upstream."""
        for clip in clips:
            self.clips.add(clip)

    def limit(self, **limits: Limits) -> None:
        """Set limits of keys (`_` in their names stands for `-`)."""
        self.upstream.limits_of |= {name.replace("_", "-"): limit for name, limit in limits.items()}

    def schedule(self) -> None:
        """One event of the schedule, now."""
        event = {"source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"}
        self._invoke(event)

    def deliver(self, *bodies: str) -> dict[str, Any]:
        """One event of the queue, now."""
        records = [
            {"messageId": str(number), "body": body, "eventSource": "aws:sqs"} for number, body in enumerate(bodies)
        ]
        return self._invoke({"Records": records})

    def deliver_news(self, body: str) -> None:
        """One event of the queue of news, now."""
        event = {"Records": [{"messageId": "1", "body": body, "eventSource": "aws:sqs"}]}
        with contextlib.redirect_stdout(io.StringIO()):
            answer = notifier.handler(event, cast("Any", Context("notifier", 256, 30)))
        assert answer == {"batchItemFailures": []}

    def settle(self, span: timedelta = MINUTE) -> None:
        """Let time pass without the schedule; the queues' messages come when they are due."""
        end = self.now + span
        self._deliver_until(end)
        self.now = end

    def _deliver_until(self, end: datetime) -> None:
        for at, url, body in self.queue.until(end):
            self.now = max(self.now, at)
            if url == NEWS:
                self.deliver_news(body)
            else:
                self.deliver(body)

    def poll(self, query: str = "cricket", *, news: bool = False) -> dict[str, Any]:
        """Poll a query by a message of the queue; the report, which must be there."""
        before = len(self.reports)
        self.deliver(json.dumps({"query": query, "news": news}))
        assert len(self.reports) == before + 1, "the poll was not due, or failed"
        return self.reports[-1]

    def poll_again(self, query: str = "cricket") -> None:
        """Poll a query though it is not due, with whoever is to be told."""
        key = {"pk": {"S": f"query#{query}"}, "sk": {"S": "poll"}}
        self.dynamodb.update_item(
            TableName=self.environ["STATE_TABLE"], Key=key, UpdateExpression="REMOVE due_at, claimed_until"
        )
        self.poll(query, news=True)

    def run(self, span: timedelta) -> None:
        """Let time pass, minute by minute."""
        end = self.now + span
        with self.undisturbed():
            while self.now < end:
                self.minute()

    @contextlib.contextmanager
    def undisturbed(self) -> Iterator[None]:
        """Nobody but the handlers writes meanwhile, so that what they read need not be read twice."""
        tables = self.dynamodb
        self.dynamodb = cast("DynamoDBClient", Remembered(tables))
        # It keeps the client that it was made with.
        api.videos.cache_clear()
        try:
            yield
        finally:
            self.dynamodb = tables
            api.videos.cache_clear()

    def minute(self) -> None:
        """Let a minute pass: an event of the schedule, and the queue's messages when they are due."""
        minute = self.now
        self.schedule()
        self._deliver_until(minute + MINUTE)
        self.now = minute + MINUTE

    def get(self, path: str, **headers: str) -> Any:
        """GET from the api, through the HTTP front."""
        return self.client().get(path, headers=headers)

    def put(self, query: str, *, match: str | None = None, **query_settings: Any) -> Any:
        """Watch a query, or change its settings."""
        headers = {"If-Match": match} if match else {}
        return self.client().put(f"/queries/{quote(query)}", json=query_settings, headers=headers)

    def delete(self, query: str, match: str = "*", parameters: str = "") -> Any:
        """Watch a query no more."""
        return self.client().delete(f"/queries/{quote(query)}{parameters}", headers={"If-Match": match})

    def client(self) -> Client:
        """A client of the api."""
        return Client(self.front(), WSGIResponse)

    def front(self) -> Front:
        """The HTTP front, with api and editor behind it."""
        return Front(Function("api", api.handler, PROPERTIES), Function("editor", editor.handler, PROPERTIES))

    def walk(self, path: str = "/videos?page_size=50") -> list[dict[str, Any]]:
        """All videos of a listing, page by page."""
        return [video for page in self.pages(path) for video in page["videos"]]

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        """The pages of a listing from its first on."""
        cursor = ""
        for _ in range(10_000):
            page = self.get(path + cursor).get_json()
            yield page
            if page["next_cursor"] is None:
                return
            cursor = f"&cursor={page['next_cursor']}"
        raise AssertionError("paging never ends")

    def ids(self, path: str = "/videos?page_size=50") -> list[str]:
        """The ids of all videos of a listing."""
        return [video["video_id"] for video in self.walk(path)]

    def state(self, query: str = "cricket") -> dict[str, Any]:
        """What /queries tells of a query."""
        queries = self.get("/queries").get_json()["queries"]
        return dict(next(each for each in queries if each["query"] == query))

    def _invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        self.invocations += 1
        with contextlib.redirect_stdout(io.StringIO()):
            answer: dict[str, Any] = fetcher.handler(event, cast("Any", Context("fetcher", 256, 30)))
            return answer

    def sleep(self, seconds: float) -> None:
        """What stands for `time.sleep`: no time passes."""
        self.slept += seconds

    def _log(self, report: Any) -> None:
        self.reports.append(report._asdict() | report.fetch._asdict())


def clip(number: int, published: datetime, lag: timedelta = timedelta(0), **fields: Any) -> Clip:
    """A video with an id made from a number."""
    return Clip(f"video{number:06d}", published, published + lag, **{"title": f"Video {number}"} | fields)


def clips(published: Iterable[datetime], lag: Callable[[int], timedelta] = lambda _: timedelta(0)) -> list[Clip]:
    """Videos published at these times."""
    return [clip(number, time, lag(number)) for number, time in enumerate(published)]


@contextlib.contextmanager
def new_world(services: Engine, template: Template, *, timed: bool = False) -> Iterator[World]:
    """The same on tables of its own, for more than one test; `timed`: by the functions' own client alone."""
    client = own_client(url_of(services, "dynalite")) if timed else client_of(services, "dynalite")
    tables = empty_tables(client, template)
    with (
        pytest.MonkeyPatch.context() as patch,
        World(services.secrets, tables.client, tables.environment, patch) as made,
    ):
        yield made

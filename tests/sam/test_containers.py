"""The functions in Lambda's own containers, by `sam local`: with each file of `events/`, and the API over HTTP."""

import html
import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from requests.adapters import HTTPAdapter
from urllib3 import Retry
from werkzeug.wrappers import Request, Response

from local import sam
from local.engine import client
from local.machine import ROOT
from local.serving import LOOPBACK, serving
from newsreel.news.outbox import Outbox
from newsreel.news.outbox_state import OutboxState
from newsreel.news.targets import Targets

pytestmark = pytest.mark.sam

EVENTS = ROOT / "events"
STATUSES = {
    "api_dashboard": 200,
    "api_docs": 200,
    "api_feed": 200,
    "api_not_found": 404,
    "api_openapi": 200,
    "api_ping": 200,
    "api_preflight": 204,
    "api_privacy": 200,
    "api_queries": 200,
    "api_query": 200,
    "api_status": 200,
    "api_video": 404,
    "api_videos": 200,
    "api_videos_bad_parameters": 400,
    "api_videos_old_cursor": 400,
    "api_videos_page": 200,
    "api_videos_search": 200,
    "api_videos_unknown_query": 404,
    "api_wrong_method": 405,
}
EDITS = {"editor_put_bad": 400, "editor_put": 201, "editor_delete": 204, "editor_put_target": 201}
"""In this order, as one undoes the other."""
POLLS = ["queue", "queue_duplicate", "queue_refresh", "queue_track", "schedule"]
NEWS = ["queue_news", "queue_test_target", "queue_turn"]
MALFORMED = "queue_malformed"


@dataclass(frozen=True, slots=True)
class Api:
    """The api behind `sam local start-api`, after one poll."""

    url: str
    session: requests.Session

    def get(self, path: str, **parameters: str) -> requests.Response:
        return self.session.get(self.url + path, params=parameters, timeout=30)


@pytest.fixture(scope="module")
def template() -> Iterator[Path]:
    try:
        sam.container_engine()
    except sam.ContainerError as error:
        pytest.skip(str(error))
    sam.build()
    with sam.surroundings("cricket") as template:
        yield template


@pytest.fixture(scope="module")
def api(template: Path) -> Iterator[Api]:
    answer("FetcherFunction", "schedule", template)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    with requests.Session() as session, sam.api(template, port):
        # It takes some seconds to listen.
        session.mount("http://", HTTPAdapter(max_retries=Retry(None, connect=240, backoff_factor=0.1, backoff_max=0.5)))
        yield Api(f"http://127.0.0.1:{port}", session)


def answer(function: str, event: str, template: Path) -> Any:
    done = sam.invoke(function, EVENTS / f"{event}.json", template)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip(), f"no answer:\n{done.stderr}"
    return json.loads(done.stdout)


def test_every_event_is_tried() -> None:
    assert {path.stem for path in EVENTS.iterdir()} == {*STATUSES, *EDITS, *POLLS, *NEWS, MALFORMED}


@pytest.mark.parametrize(("event", "status"), STATUSES.items())
def test_the_api_answers_an_event(event: str, status: int, template: Path) -> None:
    response = answer("ApiFunction", event, template)
    assert response["statusCode"] == status
    if status >= 400:
        assert response["headers"]["Content-Type"] == "application/problem+json"
        assert json.loads(response["body"])["status"] == status


def test_the_editor_answers_its_events(template: Path) -> None:
    for event, status in EDITS.items():
        assert answer("EditorFunction", event, template)["statusCode"] == status


def test_what_is_watched_is_changed_over_http(api: Api) -> None:
    url = f"{api.url}/queries/rugby%20union"
    made = api.session.put(url, json={"weight": 2}, timeout=30)
    assert (made.status_code, made.json()["weight"]) == (201, 2)
    found = api.get("/queries/rugby%20union")
    assert found.headers["ETag"] == made.headers["ETag"]
    assert api.session.delete(url, headers={"If-Match": found.headers["ETag"]}, timeout=30).status_code == 204


@pytest.mark.parametrize("event", POLLS)
def test_the_fetcher_answers_an_event(event: str, template: Path) -> None:
    assert answer("FetcherFunction", event, template) == {"batchItemFailures": []}


@pytest.mark.parametrize("event", NEWS)
def test_the_notifier_answers_an_event(event: str, template: Path) -> None:
    assert answer("NotifierFunction", event, template) == {"batchItemFailures": []}


def test_a_malformed_message_is_an_error(template: Path) -> None:
    assert answer("FetcherFunction", MALFORMED, template)["errorType"] == "PollsFailed"


def test_a_poll_fills_the_pages(api: Api) -> None:
    first = api.get("/videos", page_size="50").json()
    assert len(first["videos"]) == 50
    second = api.get("/videos", page_size="50", cursor=first["next_cursor"]).json()
    times = [video["published_at"] for video in first["videos"] + second["videos"]]
    assert times == sorted(times, reverse=True)
    ids = {video["video_id"] for video in first["videos"] + second["videos"]}
    assert len(ids) == 50 + len(second["videos"])
    back = api.get("/videos", page_size="50", cursor=second["prev_cursor"])
    assert back.json()["videos"] == first["videos"]
    assert 'rel="next"' in back.headers["Link"]


def test_one_video_is_found(api: Api) -> None:
    (video,) = api.get("/videos", page_size="1").json()["videos"]
    assert api.get(f"/videos/{video['video_id']}").json() == video


def test_the_poll_is_told(api: Api) -> None:
    (query,) = api.get("/queries").json()["queries"]
    assert query["query"] == "cricket"
    assert query["last_poll_at"]
    assert api.get("/status").json()["healthy"]


def test_parameters_reach_the_function_as_they_were_sent(api: Api) -> None:
    fault = api.get("/videos", query="cricket & tennis?")
    assert fault.status_code == 404
    assert "cricket & tennis?" in fault.json()["detail"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/docs", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/ping", 200),
        ("GET", "/privacy", 200),
        ("GET", "/videos.atom", 200),
        ("HEAD", "/videos", 200),
        ("OPTIONS", "/videos", 204),
        ("DELETE", "/videos", 405),
        ("GET", "/nowhere", 404),
        ("GET", "/videos?page_size=0", 400),
        ("GET", "/videos/not-an-id", 400),
    ],
)
def test_other_answers(api: Api, method: str, path: str, status: int) -> None:
    assert api.session.request(method, api.url + path, timeout=30).status_code == status


@dataclass(frozen=True, slots=True)
class Told:
    """The functions with other variables, and what is behind them on this machine."""

    document: dict[str, Any]

    @property
    def variables(self) -> dict[str, str]:
        """Of all functions."""
        found: dict[str, str] = self.document["Resources"]["ApiFunction"]["Properties"]["Environment"]["Variables"]
        return found

    def client(self, service: str, variable: str) -> Any:
        """A client of a service that the functions use."""
        return client(service, self.variables[f"AWS_ENDPOINT_URL_{variable}"].replace(sam.HOST, LOOPBACK))

    def invoke(self, function: str, event: str, **changes: Any) -> Any:
        """The answer of a function to an event of which this is changed."""
        template, sent = sam.BUILT.with_name("changed.yaml"), sam.BUILT.with_name("event.json")
        template.write_text(yaml.safe_dump(self.document), encoding="utf-8")
        known = json.loads((EVENTS / f"{event}.json").read_text(encoding="utf-8"))
        sent.write_text(json.dumps(known | changes), encoding="utf-8")
        done = sam.invoke(function, sent, template)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def notify(self, **body: Any) -> None:
        """Give the notifier a message of its queue."""
        ((record,),) = json.loads((EVENTS / "queue_news.json").read_text(encoding="utf-8")).values()
        records = [record | {"body": json.dumps(body)}]
        assert self.invoke("NotifierFunction", "queue_news", Records=records) == {"batchItemFailures": []}

    def add(self, name: str, **settings: str) -> str:
        """Make a target; its id."""
        path, body = f"/targets/{name}", json.dumps(settings)
        made = self.invoke("EditorFunction", "editor_put_target", rawPath=path, body=body)
        assert made["statusCode"] == 201, made
        target = self.targets.find(name)
        assert target
        return target.uid

    @property
    def targets(self) -> Targets:
        """The targets' part of the state table."""
        return Targets(self.client("dynamodb", "DYNAMODB"), self.variables["STATE_TABLE"])

    def state(self, uid: str) -> OutboxState:
        """How a target fares."""
        outbox = Outbox(self.client("dynamodb", "DYNAMODB"), self.variables["STATE_TABLE"])
        return outbox.states([uid], consistent=True)[0]


@pytest.fixture
def told(template: Path) -> Iterator[Told]:
    told = Told(yaml.safe_load(template.read_text(encoding="utf-8")))
    yield told
    # A target that cannot be told is a problem in the status, which other tests read.
    for target in told.targets.read():
        told.targets.remove(target, datetime.now(UTC))


def test_a_private_api_wants_the_password(told: Told) -> None:
    passwords = json.dumps({"reader": "a-password", "editor": "another"})
    secrets = told.client("secretsmanager", "SECRETS_MANAGER")
    secrets.put_secret_value(SecretId=told.variables["PASSWORDS_SECRET_ID"], SecretString=passwords)
    told.variables["ACCESS"] = "private"
    headers = json.loads((EVENTS / "api_videos.json").read_text(encoding="utf-8"))["headers"]
    for password, status in (("", 401), ("wrong", 401), ("a-password", 200), ("another", 200)):
        authorization = {"authorization": f"Bearer {password}"} if password else {}
        answered = told.invoke("ApiFunction", "api_videos", headers=headers | authorization)
        assert answered["statusCode"] == status


def test_targets_are_told(api: Api, told: Told) -> None:
    for function in ("EditorFunction", "NotifierFunction"):
        told.document["Resources"][function]["Properties"]["Environment"]["Variables"]["TARGET_ADDRESSES"] = "any"
    (video,) = api.get("/videos", page_size="1").json()["videos"]
    got: dict[str, Any] = {}

    def receiver(environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        got[request.path] = json.loads(request.get_data())
        return Response(status=204)(environ, start_response)

    with serving(receiver, host=sam.EVERYWHERE) as url:
        host = url.removeprefix(f"http://{LOOPBACK}")
        program = told.add("program", kind="webhook", address=f"http://{sam.HOST}{host}/program")
        chat = told.add("chat", kind="apprise", address=f"json://{sam.HOST}{host}/chat", language="de")
        nobody = told.add("nobody", kind="webhook", address=f"http://{sam.HOST}:9/nobody")
        told.notify(news="1f", query="cricket", video_ids=[video["video_id"]], looks=0)
        sqs = told.client("sqs", "SQS")
        queue = {"QueueUrl": told.variables["NEWS_QUEUE_URL"].replace(sam.HOST, LOOPBACK)}
        calls = [
            json.loads(message["Body"])
            for message in sqs.receive_message(**queue, MaxNumberOfMessages=10).get("Messages", ())
        ]
        assert {"turn": program} in calls
        assert {"turn": chat} in calls
        for uid in (program, chat, nobody):
            told.notify(turn=uid)
    assert got.keys() == {"/program", "/chat"}
    assert got["/program"]["videos"] == [video]
    # Apprise's own service takes HTML.
    assert video["title"] in html.unescape(got["/chat"]["message"])
    assert " · vor " in got["/chat"]["message"]
    assert told.state(program).told == told.state(chat).told == 1
    assert str(told.state(nobody).problem).startswith("it cannot be reached")


def test_a_target_inside_is_not_told(told: Told) -> None:
    uid = told.add("inside", kind="webhook", address=f"https://{sam.HOST}/")
    told.notify(test=uid)
    assert told.state(uid).test_problem == "its address leads into a private network"


def test_words_are_found(api: Api) -> None:
    (video,) = api.get("/videos", page_size="1").json()["videos"]
    assert video in api.get("/videos", search=video["title"], page_size="50").json()["videos"]

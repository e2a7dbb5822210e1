"""The functions in Lambda's own containers, by `sam local`: with each file of `events/`, and the API over HTTP."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from requests.adapters import HTTPAdapter
from urllib3 import Retry

from local import sam
from local.engine import client
from local.machine import ROOT
from local.serving import LOOPBACK

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
EDITS = {"editor_put_bad": 400, "editor_put": 201, "editor_delete": 204}
"""In this order, as one undoes the other."""
POLLS = ["queue", "queue_duplicate", "queue_refresh", "schedule"]
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
    assert {path.stem for path in EVENTS.iterdir()} == {*STATUSES, *EDITS, *POLLS, MALFORMED}


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


def test_a_private_api_wants_the_password(template: Path) -> None:
    document = yaml.safe_load(template.read_text(encoding="utf-8"))
    variables = document["Resources"]["ApiFunction"]["Properties"]["Environment"]["Variables"]
    url = variables["AWS_ENDPOINT_URL_SECRETS_MANAGER"].replace(sam.HOST, LOOPBACK)
    passwords = json.dumps({"reader": "a-password", "editor": "another"})
    client("secretsmanager", url).put_secret_value(SecretId=variables["PASSWORDS_SECRET_ID"], SecretString=passwords)
    variables["ACCESS"] = "private"
    private, sent = sam.BUILT.with_name("private.yaml"), sam.BUILT.with_name("event.json")
    private.write_text(yaml.safe_dump(document), encoding="utf-8")
    event = json.loads((EVENTS / "api_videos.json").read_text(encoding="utf-8"))
    for password, status in (("", 401), ("wrong", 401), ("a-password", 200), ("another", 200)):
        authorization = {"authorization": f"Bearer {password}"} if password else {}
        sent.write_text(json.dumps(event | {"headers": event["headers"] | authorization}), encoding="utf-8")
        done = sam.invoke("ApiFunction", sent, private)
        assert json.loads(done.stdout)["statusCode"] == status, done.stderr


def test_words_are_found(api: Api) -> None:
    (video,) = api.get("/videos", page_size="1").json()["videos"]
    assert video in api.get("/videos", search=video["title"], page_size="50").json()["videos"]

"""Chats and mail by Apprise's own services, against a server that answers as theirs do: the messages, and failures."""

import email.message
import email.policy
import io
import json
import logging
import smtplib
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse

from newsreel.aws.attributes import Attributes
from newsreel.errors import TargetFailed
from newsreel.library.item import to_item
from newsreel.news import chat
from newsreel.news.addresses import Address
from newsreel.news.outbox_state import Event
from newsreel.news.outside import kept_outside
from newsreel.news.said import say
from newsreel.times import stamp
from newsreel.video import Video

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECRET = "s" * 68
ADDRESSES = {
    "discord": f"discord://123456789012345678/{SECRET}",
    "slack": "slack://TSECRETS1/BSECRETS1/sssssssssssssssssssssss1/#news",
    "telegram": "tgram://123456789:secretsecretsecretsecretsecretsec/12315544/",
    "ntfy": "ntfys://secret-user:secret@ntfy.test/secret-topic",
    "matrix": "matrixs://user:secret-token@matrix.test/#room",
}
TITLE = "A *great* <match> & a_b_c @everyone #1"


MATRIX = {"room_id": "!r:h", "event_id": "e", "m.homeserver": {"base_url": "https://matrix.test"}}


class Service(HTTPAdapter):
    """Answers each request as the chats do, or with an error, and keeps what it got."""

    def __init__(self) -> None:
        super().__init__()
        self.got: list[requests.PreparedRequest] = []
        self.status = 200

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.got.append(request)
        url = str(request.url)
        answer = {"ok": True, "result": {"message_id": 1}, "access_token": "t", "home_server": "h", "user_id": "@u:h"}
        body = b"ok" if "slack" in url else json.dumps(answer | MATRIX).encode()
        response = requests.Response()
        response.status_code, response.url, response.request = self.status, url, request
        response.raw = HTTPResponse(io.BytesIO(body), status=self.status, preload_content=False)
        return response

    def bodies(self) -> list[dict[str, Any]]:
        """The objects of JSON that came."""
        found = (json.loads(request.body or b"null") for request in self.got)
        return [each for each in found if each]


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """Whatever is asked for over HTTP."""
    made = Service()
    monkeypatch.setattr(requests.Session, "get_adapter", lambda *_, **__: made)
    return made


def item(number: int, title: str) -> Attributes:
    video = Video(
        f"video{number:06d}",
        "cricket",
        stamp(NOW - 5 * number * MINUTE),
        stamp(NOW),
        stamp(NOW),
        title=title,
        channel_title="Village & Co",
        thumbnails={"medium": {"url": f"https://pictures.test/{number}.jpg", "width": 320, "height": 180}},
    )
    return to_item(video, timedelta(days=28))


def tell(address: str, *titles: str, language: str = "en", left_out: int = 0) -> None:
    items = [item(number, title) for number, title in reversed(list(enumerate(titles, start=1)))]
    event = Event("event", NOW, tuple(("cricket", each["video_id"]["S"]) for each in items), left_out)
    chat.tell(Address(address), say(event, items, language, NOW))


def test_discord_gets_text_whose_links_it_shows_itself(service: Service) -> None:
    tell(ADDRESSES["discord"], TITLE, "# Another")
    (body,) = service.bodies()
    assert body["content"].replace("\r\n", "\n") == (
        "cricket: 2 new videos\n"
        "A \\*great\\* <match> & a\\_b\\_c @\u200beveryone #1\n"
        "Village & Co · 5 minutes ago\n"
        "https://www.youtube.com/watch?v=video000001\n\n"
        "\\# Another\n"
        "Village & Co · 10 minutes ago\n"
        "https://www.youtube.com/watch?v=video000002"
    )
    assert not [value for value in json.dumps(body).split('"') if "apprise" in value.lower()]


def test_slack_gets_links_in_its_own_marks(service: Service) -> None:
    tell(ADDRESSES["slack"], TITLE)
    (attachment,) = service.bodies()[0]["attachments"]
    assert attachment["title"] == "cricket: a new video"
    text = attachment["text"]
    assert text.startswith("<https://www.youtube.com/watch?v=video000001|A ")
    assert "&lt;match&gt;" in text
    assert "Village &amp; Co · 5 minutes ago" in text


def test_telegram_gets_html_and_shows_the_first_link(service: Service) -> None:
    tell(ADDRESSES["telegram"], TITLE, "Another")
    body = service.bodies()[-1]
    assert body["parse_mode"] == "HTML"
    assert body["text"].startswith("<b>cricket: 2 new videos</b>")
    assert '<a href="https://www.youtube.com/watch?v=video000001">A *great* &lt;match&gt; &amp; a_b_c' in body["text"]
    assert body["disable_web_page_preview"] is False


def test_ntfy_gets_a_picture_and_a_link_to_follow(service: Service) -> None:
    tell(ADDRESSES["ntfy"], TITLE)
    (body,) = service.bodies()
    assert body["title"] == "cricket: a new video"
    assert body["message"].splitlines()[0] == TITLE.replace("@", "@\u200b")
    assert body["message"].splitlines()[2] == "https://www.youtube.com/watch?v=video000001"
    assert body["attach"] == "https://pictures.test/1.jpg"
    assert service.got[0].headers["X-Click"] == "https://www.youtube.com/watch?v=video000001"


def test_matrix_gets_html_and_calls_nobody(service: Service) -> None:
    tell(ADDRESSES["matrix"], "@room, look")
    (body,) = [each for each in service.bodies() if "msgtype" in each]
    assert '<a href="https://www.youtube.com/watch?v=video000001">@\u200broom, look</a>' in body["formatted_body"]
    assert "@room" not in json.dumps(body)


class Mail:
    """Takes mail as a server does."""

    taken: list[email.message.Message] = []  # noqa: RUF012 - smtplib makes the objects

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def sendmail(self, _sender: str, _to: Any, text: str) -> dict[str, Any]:
        self.taken.append(Parser(policy=email.policy.default).parsestr(text))
        return {}

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: (250, b"")


def test_mail_has_pictures_and_links(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtplib, "SMTP", Mail)
    monkeypatch.setattr(smtplib, "SMTP_SSL", Mail)
    Mail.taken.clear()
    tell("mailtos://user:secret@mail.test?to=me@home.test&smtp=smtp.mail.test", TITLE)
    (message,) = Mail.taken
    assert (message["Subject"], message["To"]) == ("cricket: a new video", "me@home.test")
    parts = {part.get_content_type(): part for part in message.walk()}
    html = parts["text/html"].get_content()  # type: ignore[attr-defined]
    assert '<img src="https://pictures.test/1.jpg"' in html
    assert '<a href="https://www.youtube.com/watch?v=video000001">A *great* &lt;match&gt;' in html
    assert "Village & Co · 5 minutes ago" in parts["text/plain"].get_content()  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("language", "age"),
    [
        ("de", "vor 5 Minuten"),
        ("pt-BR", "há 5 minutos"),
        ("ja", "5 分前"),
        ("xx", "5 minutes ago"),
        ("zh_hant", "5 分鐘前"),
    ],
)
def test_ages_are_in_the_target_s_language(service: Service, language: str, age: str) -> None:
    tell(ADDRESSES["ntfy"], "A title", language=language)
    assert age in service.bodies()[0]["message"]


@pytest.mark.parametrize(("name", "most"), [("discord", 2000), ("telegram", 4096), ("ntfy", 1300), ("slack", 35_000)])
def test_a_long_message_keeps_within_the_service_s_limit_and_says_how_many_more(
    service: Service, name: str, most: int
) -> None:
    tell(ADDRESSES[name], *(f"Video {number} {'x' * 80}" for number in range(1, 101)), left_out=50)
    assert len(service.bodies()) == 1, "one message"
    body = service.bodies()[-1]
    text = body.get("content") or body.get("text") or body.get("message") or body["attachments"][0]["text"]
    assert most / 2 < len(text) <= most or name == "slack"
    shown = text.count("watch?v=")
    assert f"… and {150 - shown} more" in text
    assert "cricket: 150 new videos" in json.dumps(body)


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """All that reaches the log meanwhile. pytest's own capture takes also what does not."""
    text, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(text), root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield text
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.mark.parametrize("name", ADDRESSES)
@pytest.mark.parametrize("status", [401, 404, 500])
def test_an_error_is_said_without_the_address(
    service: Service, name: str, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    service.status = status
    with logged() as log, pytest.raises(TargetFailed) as raised:
        tell(ADDRESSES[name], "A title")
    assert str(raised.value).endswith((f" answered {status}", "did not take the message, or did not answer"))
    said = "".join(traceback.format_exception(raised.value)) + log.getvalue() + "".join(capfd.readouterr())
    assert not [each for each in ("secret", "SECRETS", SECRET) if each in said]


def test_a_service_that_breaks_is_a_failure_like_others(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"with {SECRET} in it")

    monkeypatch.setattr(service, "send", breaks)
    with pytest.raises(TargetFailed) as raised:
        tell(ADDRESSES["discord"], "A title")
    assert SECRET not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize("address", ["discrod://x/y", "discord://", "x", "json://"])
def test_an_address_that_apprise_does_not_know(address: str) -> None:
    with pytest.raises(TargetFailed, match="does not understand the address"):
        tell(address, "A title")


def test_an_address_reads_no_file_of_the_machine(service: Service, tmp_path: Path) -> None:
    template = tmp_path / "template.json"
    template.write_text('{"content": "what only this machine knows"}')
    for name in (str(template), template.as_uri()):
        with pytest.raises(TargetFailed, match="does not understand the address"):
            tell(f"{ADDRESSES['discord']}?template={name}", "A title")
    assert service.got == []


@pytest.mark.parametrize("scheme", ["json", "form", "ntfy", "gotify"])
def test_no_service_reaches_inside(scheme: str) -> None:
    with kept_outside() as watch:
        with pytest.raises(TargetFailed):
            tell(f"{scheme}://127.0.0.1:9/AbcDefGhijklmno", "A title")
        assert watch.refused


def test_mail_is_not_sent_inside() -> None:
    with kept_outside() as watch:
        with pytest.raises(TargetFailed):
            tell("mailto://user:secret@mail.test?to=me@home.test&smtp=127.0.0.1&port=9", "A title")
        assert watch.refused

"""The targets' addresses and the latest news outlive the services that are in memory on one machine."""

from pathlib import Path
from uuid import uuid4

import botocore.session
import pytest

from local import kept
from local.engine import Engine
from newsreel.aws import clients
from newsreel.news.addresses import Address, Addresses
from newsreel.news.queue import News, NewsQueue, read_message


@pytest.fixture
def services(services: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The services, reached by sessions of the functions that are this test's alone."""
    for name, value in services.environment.items():
        monkeypatch.setenv(name, value)
    restart(monkeypatch)
    return services


def restart(monkeypatch: pytest.MonkeyPatch) -> None:
    session = botocore.session.get_session()
    monkeypatch.setattr(clients, "session", lambda: session)


def new_queue(services: Engine) -> str:
    return services.sqs.create_queue(QueueName=f"news-{uuid4().hex[:8]}")["QueueUrl"]


def waiting(services: Engine, url: str) -> list[News]:
    """The news that a queue has for whoever looks now."""
    messages = services.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [each for message in messages if isinstance(each := read_message(message["Body"]), News)]


def test_addresses_are_in_the_file_at_once_and_for_its_owner_alone(services: Engine, tmp_path: Path) -> None:
    assert kept.addresses(tmp_path) == ""
    mine, other = (
        services.secrets.create_secret(Name=f"targets-{uuid4().hex[:8]}", SecretString="{}")["ARN"] for _ in range(2)
    )
    kept.keep_addresses(tmp_path, services.secrets, mine)
    client = clients.client("secretsmanager")
    for url in ("https://one.test/", "https://two.test/"):
        Addresses(client, mine).put("1f", Address(url, "a-key"))
        assert kept.addresses(tmp_path) == services.secrets.get_secret_value(SecretId=mine)["SecretString"]
        assert url in kept.addresses(tmp_path)
    Addresses(client, other).put("1f", Address("https://three.test/"))
    assert "three" not in kept.addresses(tmp_path)
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


def test_news_is_announced_again_after_a_restart(
    services: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = 1000.0
    monkeypatch.setattr("time.time", lambda: moment)
    first, second, third = (News(str(number), "cricket", (f"video{number:06d}",)) for number in range(3))
    url = new_queue(services)
    kept.keep_news(tmp_path, services.sqs, url)
    queue = NewsQueue(clients.client("sqs"), url)
    queue.announce(first)
    moment += kept.NEWS_KEPT
    queue.announce(second)
    queue.announce(second._replace(looks=1))
    queue.call("3f")
    NewsQueue(clients.client("sqs"), new_queue(services)).announce(third)
    # However long it was off, and however soon it is killed again.
    for _ in range(2):
        moment += 10 * kept.NEWS_KEPT
        restart(monkeypatch)
        url = new_queue(services)
        kept.keep_news(tmp_path, services.sqs, url)
        assert waiting(services, url) == [second]
    NewsQueue(clients.client("sqs"), url).announce(third)
    restart(monkeypatch)
    url = new_queue(services)
    kept.keep_news(tmp_path, services.sqs, url)
    assert waiting(services, url) == [second, third]

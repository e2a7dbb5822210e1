"""The targets' addresses outlive Secrets Manager, which is in memory on one machine."""

from pathlib import Path
from uuid import uuid4

import botocore.session
import pytest

from local import addresses
from local.engine import Engine
from newsreel.aws import clients
from newsreel.news.addresses import Address, Addresses


@pytest.fixture
def services(services: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The services, reached by a session of the functions that is this test's alone."""
    session = botocore.session.get_session()
    monkeypatch.setattr(clients, "session", lambda: session)
    for name, value in services.environment.items():
        monkeypatch.setenv(name, value)
    return services


def test_what_the_functions_write_is_in_the_file_at_once_and_for_its_owner_alone(
    services: Engine, tmp_path: Path
) -> None:
    assert addresses.read(tmp_path) == ""
    mine, other = (
        services.secrets.create_secret(Name=f"targets-{uuid4().hex[:8]}", SecretString="{}")["ARN"] for _ in range(2)
    )
    addresses.keep(tmp_path, services.secrets, mine)
    client = clients.client("secretsmanager")
    for url in ("https://one.test/", "https://two.test/"):
        Addresses(client, mine).put("1f", Address(url, "a-key"))
        assert addresses.read(tmp_path) == services.secrets.get_secret_value(SecretId=mine)["SecretString"]
        assert url in addresses.read(tmp_path)
    Addresses(client, other).put("1f", Address("https://three.test/"))
    assert "three" not in addresses.read(tmp_path)
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600

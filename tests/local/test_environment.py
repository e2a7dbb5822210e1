"""What of the person's environment counts, and what is kept from the local services."""

import os
from pathlib import Path

import pytest
from requests.utils import should_bypass_proxies

from local.environment import StartError, settings, shield

OURS = "127.0.0.1,localhost"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    # Restored afterwards, whatever is set meanwhile.
    monkeypatch.setattr(os, "environ", os.environ.copy())
    for name in ("no_proxy", "NO_PROXY"):
        os.environ.pop(name, None)


@pytest.mark.parametrize(
    ("held", "spared"),
    [
        ({}, OURS),
        ({"no_proxy": "localhost"}, "localhost,127.0.0.1"),
        ({"NO_PROXY": "example.com, .example.org"}, f"example.com, .example.org,{OURS}"),
        ({"no_proxy": "one.example", "NO_PROXY": "two.example"}, f"one.example,two.example,{OURS}"),
        ({"no_proxy": "*"}, "*"),
        ({"no_proxy": "one.example", "NO_PROXY": "*"}, "*"),
    ],
)
def test_loopback_is_added_to_both_spellings_and_what_they_hold_is_kept(held: dict[str, str], spared: str) -> None:
    os.environ |= held
    shield(settings())
    assert {os.environ["no_proxy"], os.environ["NO_PROXY"]} == {spared}
    for url in ("http://127.0.0.1:3000/", "http://localhost:3000/"):
        assert should_bypass_proxies(url, os.environ["no_proxy"])


def test_the_persons_aws_settings_do_not_reach_the_local_services() -> None:
    os.environ |= {"AWS_PROFILE": "work", "AWS_RETRY_MODE": "none", "AWS_ENDPOINT_URL": "http://elsewhere", "LAWS": "a"}
    shield({})
    ours = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    assert ours == {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    assert os.environ["LAWS"] == "a"


def test_the_environment_stands_before_dotenv_and_what_is_empty_counts_as_not_set(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("QUERIES=tea\nPORT=1\nexport PACING='fixed'\nRECORDING=\n# a comment\nALONE\n")
    os.environ |= {"PORT": "2", "YOUTUBE_API_KEYS": " "}
    known = settings()
    assert (known["QUERIES"], known["PORT"], known["PACING"]) == ("tea", "2", "fixed")
    assert known.keys().isdisjoint({"RECORDING", "ALONE", "YOUTUBE_API_KEYS"})


TEXT = "QUERIES=crème,brûlée\nRETENTION_DAYS=7\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (TEXT, "latin-1"),
        (TEXT, "utf-16"),
        (TEXT, "utf-16-le"),
        ("QUERIES=tea", "utf-16"),
        ("QUERIES=tea", "utf-16-le"),
        ("QUERIES=tea", "utf-16-be"),
        ("QUERIES=tea", "utf-32"),
    ],
)
def test_a_dotenv_that_is_not_in_utf_8_is_said_in_a_sentence_that_names_both(
    tmp_path: Path, text: str, encoding: str
) -> None:
    (tmp_path / ".env").write_text(text, encoding=encoding)
    with pytest.raises(StartError, match=r"^\.env is not a text in UTF-8; save it in that encoding$"):
        settings()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_dotenv_in_utf_8_is_read_with_and_without_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    (tmp_path / ".env").write_text(TEXT, encoding=encoding)
    assert settings()["QUERIES"] == "crème,brûlée"


def test_a_dotenv_that_cannot_be_read_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    with pytest.raises(StartError, match=r"^\.env cannot be read: Is a directory$"):
        settings()


def test_a_dotenv_that_is_not_understood_is_said_in_a_sentence_that_names_the_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('QUERIES=cricket\nALARM_EMAIL="half')
    with pytest.raises(StartError, match=r"^\.env is not understood from line 2 on; write NAME=value there$"):
        settings()

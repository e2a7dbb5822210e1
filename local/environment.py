"""What the person's environment says to newsreel on this machine, and what of it must not reach the local services."""

import io
import os
from collections.abc import Mapping
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from local.serving import LOOPBACK

DOTENV = Path(".env")
PROXY_EXCEPTIONS = ("no_proxy", "NO_PROXY")
"""Programs differ in which they look at, and in which comes first."""


class StartError(Exception):
    """newsreel cannot start; the message says why and what to do."""


def settings() -> dict[str, str]:
    """The environment variables and those of `.env`, which stand behind them; none is empty. Raises StartError."""
    return {name: value.strip() for name, value in (_dotenv() | os.environ).items() if value and value.strip()}


def shield(known: Mapping[str, str]) -> None:
    """Let this process reach its own services, whatever proxies and AWS settings the person has for the outside."""
    held = [known[name] for name in PROXY_EXCEPTIONS if name in known]
    spared = "*" if "*" in held else ",".join(dict.fromkeys((*held, LOOPBACK, "localhost")))
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ |= dict.fromkeys(PROXY_EXCEPTIONS, spared) | dict.fromkeys(
        ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull
    )


def _dotenv() -> dict[str, str | None]:
    try:
        text = DOTENV.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise StartError(f"{DOTENV} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        text = "\0"
    # UTF-16 has a zero in every letter that English has.
    if "\0" in text:
        raise StartError(f"{DOTENV} is not a text in UTF-8; save it in that encoding")
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            raise StartError(f"{DOTENV} is not understood from line {binding.original.line} on; write NAME=value there")
    return dotenv_values(stream=io.StringIO(text))

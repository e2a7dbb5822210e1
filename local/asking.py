"""Asking newsreel over HTTP, on this machine or of a stack on AWS, for commands that list and change something."""

import json
import os
import sys
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

import boto3
import requests
from botocore.exceptions import BotoCoreError, ClientError

from local import environment
from local.console import say
from local.environment import StartError
from local.machine import PORT

TIMEOUT = 15
"""Seconds."""


class Place(NamedTuple):
    """Where newsreel answers, and how it lets in."""

    url: str
    auth: tuple[str, str] | None
    names: str
    """Of the settings that lead there, for the command to come next."""


class Refused(Exception):
    """newsreel did not do what was asked; the message says why."""


def here() -> Place:
    """Newsreel on this machine."""
    known = environment.settings()
    password = known.get("EDITOR_PASSWORD") or known.get("READER_PASSWORD")
    auth = ("editor", password) if password else None
    return Place(f"http://127.0.0.1:{known.get('PORT', PORT)}", auth, "")


def stack(name: str) -> Place:
    """A stack on AWS. Raises BotoCoreError, ClientError, KeyError."""
    session = boto3.session.Session()
    (found,) = session.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}
    secret = session.client("secretsmanager").get_secret_value(SecretId=outputs["PasswordsSecretId"])
    return Place(outputs["ApiUrl"], ("editor", json.loads(secret["SecretString"])["editor"]), f" STACK={name}")


def ask(place: Place, method: str, path: str, **request: Any) -> requests.Response:
    """An answer. Raises Refused, but not for what is not there."""
    try:
        with requests.Session() as session:
            session.trust_env = not place.url.startswith("http://127.0.0.1")
            found = session.request(method, place.url + path, auth=place.auth, timeout=TIMEOUT, **request)
    except requests.RequestException:
        raise Refused(f"nothing answers at {place.url}; start it first: make run") from None
    if not found.ok and found.status_code != requests.codes.not_found:
        raise Refused(_why(found))
    return found


def there(found: requests.Response) -> requests.Response:
    """The answer, if it is one about what is there. Raises Refused."""
    if not found.ok:
        raise Refused(_why(found))
    return found


def version(found: requests.Response) -> dict[str, str]:
    """The header of a change to what was found, so that no one else's is lost; none where nothing was."""
    return {"If-Match": found.headers["ETag"]} if found.ok else {}


def changed(known: Mapping[str, Any], changes: str) -> dict[str, Any]:
    """Settings with changes such as `weight=3; paused=true`. Raises Refused."""
    settings = dict(known)
    for change in filter(None, (part.strip() for part in changes.split(";"))):
        setting, equals, value = change.partition("=")
        if not equals:
            raise Refused(f"SET must hold settings such as weight=3; paused=true, not {change!r}")
        settings[setting.strip()] = _value(value.strip())
    return settings


def told(settings: Mapping[str, Any], left_out: Collection[str], usual: Collection[Any]) -> list[str]:
    """Settings as SET takes them, but for some names and values."""
    return [
        f"{name}={value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)}"
        for name, value in settings.items()
        if name not in left_out and value not in usual
    ]


def command(names: Collection[str], do: Callable[[Place, Mapping[str, str]], None]) -> None:
    """Do something at the place that the environment's STACK names, or here, with its variables of these names.

    What is refused is said in one sentence, and ends the process.
    """
    wanted = {name: os.environ.get(name, "") for name in names}
    name = os.environ.get("STACK", "")
    try:
        do(stack(name) if name else here(), wanted)
    except (Refused, StartError, BotoCoreError, ClientError, KeyError) as error:
        say(str(error))
        sys.exit(1)


def _why(found: requests.Response) -> str:
    try:
        body = found.json()
    except ValueError:
        return f"it answered {found.status_code}"
    faults = [f"{fault['parameter']} {fault['detail']}" for fault in body.get("errors", ())]
    return "; ".join(faults) or str(body.get("detail", found.status_code))


def _value(text: str) -> Any:
    """A setting's value: JSON where it is some, else a text."""
    try:
        return json.loads(text)
    except ValueError:
        return text

"""Lists and changes what is watched, on this machine or of a stack on AWS, through the functions that the page uses.

make queries                                        list them
make queries ADD="world cup" SET="weight=3"         watch one, or change the settings named
make queries REMOVE="world cup" VIDEOS=delete       watch it no more, and delete its videos
… STACK=newsreel                                    of a stack on AWS
"""

import json
import os
import sys
from typing import Any, NamedTuple
from urllib.parse import quote

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
    """An answer. Raises Refused."""
    try:
        with requests.Session() as session:
            session.trust_env = not place.url.startswith("http://127.0.0.1")
            found = session.request(method, place.url + path, auth=place.auth, timeout=TIMEOUT, **request)
    except requests.RequestException:
        raise Refused(f"nothing answers at {place.url}; start it first: make run") from None
    if not found.ok and found.status_code != requests.codes.not_found:
        raise Refused(_why(found))
    return found


def _why(found: requests.Response) -> str:
    try:
        body = found.json()
    except ValueError:
        return f"it answered {found.status_code}"
    faults = [f"{fault['parameter']} {fault['detail']}" for fault in body.get("errors", ())]
    return "; ".join(faults) or str(body.get("detail", found.status_code))


def show(place: Place) -> None:
    """Print what is watched."""
    for query in ask(place, "GET", "/queries").json()["queries"]:
        settings = query["settings"]
        others = [
            f"{name}={value}"
            for name, value in settings.items()
            if name not in ("query", "search", "paused") and value not in (None, "moderate", 1, [])
        ]
        if settings["search"] != query["query"]:
            others.insert(0, f"search={settings['search']!r}")
        print(f"  {query['query']}: {query['state']}" + (f" ({', '.join(others)})" if others else ""))


def add(place: Place, name: str, changes: str) -> None:
    """Watch a query, or change the settings named. Raises Refused."""
    path = f"/queries/{quote(name, safe='')}"
    there = ask(place, "GET", path)
    known = there.json() if there.ok else {}
    known.pop("query", None)
    for change in filter(None, (part.strip() for part in changes.split(";"))):
        setting, equals, value = change.partition("=")
        if not equals:
            raise Refused(f"SET must hold settings such as weight=3; paused=true, not {change!r}")
        known[setting.strip()] = _value(value.strip())
    headers = {"If-Match": there.headers["ETag"]} if there.ok else {}
    done = ask(place, "PUT", path, json=known, headers=headers)
    say(f"{name} is {'watched from now on' if done.status_code == requests.codes.created else 'changed'}")


def _value(text: str) -> Any:
    """A setting's value: JSON where it is some, else a text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def remove(place: Place, name: str, videos: str) -> None:
    """Watch a query no more. Raises Refused."""
    path = f"/queries/{quote(name, safe='')}"
    there = ask(place, "GET", path)
    if not there.ok:
        raise Refused(_why(there))
    ask(place, "DELETE", path, params={"videos": videos} if videos else {}, headers={"If-Match": there.headers["ETag"]})
    say(f"{name} is watched no more" + ("; its videos are being deleted" if videos == "delete" else ""))


def main() -> None:
    """Do what the environment's ADD, SET, REMOVE, VIDEOS and STACK say."""
    wanted = {name: os.environ.get(name, "") for name in ("ADD", "SET", "REMOVE", "VIDEOS", "STACK")}
    try:
        place = stack(wanted["STACK"]) if wanted["STACK"] else here()
        if wanted["ADD"]:
            add(place, wanted["ADD"], wanted["SET"])
        if wanted["REMOVE"]:
            remove(place, wanted["REMOVE"], wanted["VIDEOS"])
        show(place)
    except (Refused, StartError, BotoCoreError, ClientError, KeyError) as error:
        say(str(error))
        sys.exit(1)
    say(f'next: make queries{place.names} ADD="…" or REMOVE="…"; docs/operations.md has the settings')


if __name__ == "__main__":
    main()

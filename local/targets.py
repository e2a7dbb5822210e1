"""Lists and changes who is told of new videos, on this machine or of a stack on AWS, as the dashboard does.

make targets                                                    list them, and how they fare
make targets ADD="my program" ADDRESS="https://…"               tell a webhook; its secret is shown once
make targets ADD="team chat" ADDRESS="discord://…"              tell whatever Apprise knows: chat, mail, …
make targets ADD="team chat" SET="digest=daily; digest_hour=7"  change the settings named
make targets TEST="team chat"                                   send a test message, and say what came of it
make targets REMOVE="team chat"                                 tell it no more
… STACK=newsreel                                                of a stack on AWS
"""

import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import requests

from local.asking import Place, Refused, ask, changed, command, there, told, version
from local.console import say

TEST_PATIENCE, LOOK = 20.0, 0.5
"""Seconds that a test message has to come back as sent or failed, and from one look at it to the next."""


def show(place: Place) -> None:
    """Print who is told, and how that fares."""
    found = _targets(place)
    if not found:
        say("nobody is told of new videos")
    for name, target in found.items():
        settings = target["settings"]
        daily = () if settings["digest"] == "daily" else ("digest_hour", "zone")
        named = told(settings, ("target", "kind", "paused", *daily), (None, [], {}, "en", "each"))
        counts = f"{target['told']} videos told" if target["told"] else "nothing told"
        print(f"  {name}: {target['state']} ({', '.join((settings['kind'], *named, counts))})")
        if target["problem"]:
            print(f"    since {target['failing_since']}: {target['problem']}")


def add(place: Place, name: str, kind: str, address: str, changes: str) -> None:
    """Tell a target, or change the settings named. Raises Refused."""
    path = _path(name)
    found = ask(place, "GET", path)
    known = found.json() if found.ok else {}
    known.pop("target", None)
    if kind or (address and not known):
        known["kind"] = kind or ("webhook" if address.lower().startswith("http") else "apprise")
    if address:
        known["address"] = address
    done = ask(place, "PUT", path, json=changed(known, changes), headers=version(found))
    made = done.status_code == requests.codes.created
    say(f"{name} is {'told of new videos from now on' if made else 'changed'}")
    if secret := done.json()["secret"]:
        say("its messages are signed with this secret, which is shown this once and never again:")
        print(f"  {secret}")


def remove(place: Place, name: str) -> None:
    """Tell a target no more. Raises Refused."""
    found = there(ask(place, "GET", _path(name)))
    ask(place, "DELETE", _path(name), headers=version(found))
    say(f"{name} is told no more")


def test(place: Place, name: str) -> None:
    """Send a test message to a target, and say what came of it. Raises Refused."""
    before = _tested(place, name)
    there(ask(place, "PUT", f"{_path(name)}/test"))
    deadline = time.monotonic() + TEST_PATIENCE
    while (after := _tested(place, name)) == before:
        if time.monotonic() >= deadline:
            raise Refused(f"the test message to {name} was not sent within {TEST_PATIENCE:.0f} seconds")
        time.sleep(LOOK)
    _, problem = after
    if problem:
        raise Refused(f"the test message to {name} did not arrive: {problem}")
    say(f"the test message has arrived at {name}")


def _tested(place: Place, name: str) -> tuple[str | None, str | None]:
    """When a target was tested, and what went wrong."""
    target = _targets(place).get(name, {})
    return target.get("tested_at"), target.get("test_problem")


def _targets(place: Place) -> dict[str, dict[str, Any]]:
    return {each["target"]: each for each in there(ask(place, "GET", "/targets")).json()["targets"]}


def _path(name: str) -> str:
    return f"/targets/{quote(name, safe='')}"


def do(place: Place, wanted: Mapping[str, str]) -> None:
    """Do what ADD, KIND, ADDRESS, SET, REMOVE and TEST say. Raises Refused."""
    if wanted["ADD"]:
        add(place, wanted["ADD"], wanted["KIND"], wanted["ADDRESS"], wanted["SET"])
    if wanted["REMOVE"]:
        remove(place, wanted["REMOVE"])
    if wanted["TEST"]:
        test(place, wanted["TEST"])
    # Readers see a change a moment later.
    if not (wanted["ADD"] or wanted["REMOVE"] or wanted["TEST"]):
        show(place)
    say(f'next: make targets{place.names} ADD="…" ADDRESS="…", TEST="…" or REMOVE="…"; docs/news.md has the settings')


def main() -> None:
    """Do what the environment says."""
    command(("ADD", "KIND", "ADDRESS", "SET", "REMOVE", "TEST"), do)


if __name__ == "__main__":
    main()

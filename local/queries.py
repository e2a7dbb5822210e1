"""Lists and changes what is watched, on this machine or of a stack on AWS, through the functions that the page uses.

make queries                                        list them
make queries ADD="world cup" SET="weight=3"         watch one, or change the settings named
make queries REMOVE="world cup" VIDEOS=delete       watch it no more, and delete its videos
make queries TARGET="team chat"                     send a test message to a target, as make targets TEST=… does
… STACK=newsreel                                    of a stack on AWS
"""

from collections.abc import Mapping
from urllib.parse import quote

import requests

from local import targets
from local.asking import Place, ask, changed, command, there, told, version
from local.console import say


def show(place: Place) -> None:
    """Print what is watched."""
    for query in ask(place, "GET", "/queries").json()["queries"]:
        settings = query["settings"]
        others = [] if settings["search"] == query["query"] else [f"search={settings['search']!r}"]
        others += told(settings, ("query", "search", "paused"), (None, "moderate", 1, []))
        print(f"  {query['query']}: {query['state']}" + (f" ({', '.join(others)})" if others else ""))


def add(place: Place, name: str, changes: str) -> None:
    """Watch a query, or change the settings named. Raises Refused."""
    path = f"/queries/{quote(name, safe='')}"
    found = ask(place, "GET", path)
    known = found.json() if found.ok else {}
    known.pop("query", None)
    done = ask(place, "PUT", path, json=changed(known, changes), headers=version(found))
    say(f"{name} is {'watched from now on' if done.status_code == requests.codes.created else 'changed'}")


def remove(place: Place, name: str, videos: str) -> None:
    """Watch a query no more. Raises Refused."""
    path = f"/queries/{quote(name, safe='')}"
    found = there(ask(place, "GET", path))
    ask(place, "DELETE", path, params={"videos": videos} if videos else {}, headers=version(found))
    say(f"{name} is watched no more" + ("; its videos are being deleted" if videos == "delete" else ""))


def do(place: Place, wanted: Mapping[str, str]) -> None:
    """Do what ADD, SET, REMOVE, VIDEOS and TARGET say. Raises Refused."""
    if wanted["TARGET"]:
        targets.test(place, wanted["TARGET"])
        return
    if wanted["ADD"]:
        add(place, wanted["ADD"], wanted["SET"])
    if wanted["REMOVE"]:
        remove(place, wanted["REMOVE"], wanted["VIDEOS"])
    # Readers see a change a moment later.
    if not (wanted["ADD"] or wanted["REMOVE"]):
        show(place)
    say(f'next: make queries{place.names} ADD="…" or REMOVE="…"; docs/operations.md has the settings')


def main() -> None:
    """Do what the environment says."""
    command(("ADD", "SET", "REMOVE", "VIDEOS", "TARGET"), do)


if __name__ == "__main__":
    main()

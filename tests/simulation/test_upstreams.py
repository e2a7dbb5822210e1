"""Upstreams that say more than they were asked, or never come to an end: days beside a control, and single polls."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

from local.engine import Engine
from local.template import Template
from local.upstream import Limits
from tests.simulation.days import arrivals, burst
from tests.simulation.test_days import MIDNIGHT, searches
from tests.world import MINUTE, START, World, clip, clips, new_world

HOUR = timedelta(hours=1)
OLD = clip(999_999, datetime.fromisoformat("2024-11-23T10:00:00Z"))

type Edit = Callable[[dict[str, Any], dict[str, str]], None]
"""Changes an answer of search.list to a request with these parameters."""


def unchanged(_answer: dict[str, Any], _asked: dict[str, str]) -> None:
    """The control."""


def with_an_old_item(answer: dict[str, Any], _asked: dict[str, str]) -> None:
    """One item of each answer was published two years before."""
    if answer["items"]:
        item = json.loads(json.dumps(answer["items"][0]))
        item["id"]["videoId"], item["snippet"]["publishedAt"] = OLD.video_id, "2024-11-23T10:00:00Z"
        answer["items"] = [*answer["items"][:20], item, *answer["items"][20:]]


def with_the_same_token(answer: dict[str, Any], _asked: dict[str, str]) -> None:
    """Each page leads to the first one."""
    answer["nextPageToken"] = "SAME"


def with_the_second_page_again(answer: dict[str, Any], asked: dict[str, str]) -> None:
    """From the second page on, each leads to the second."""
    if "nextPageToken" in answer and "publishedBefore" not in asked:
        answer["nextPageToken"] = asked.get("pageToken") or answer["nextPageToken"]


def with_empty_pages(answer: dict[str, Any], asked: dict[str, str]) -> None:
    """After the last page come empty ones, without end."""
    if "nextPageToken" not in answer:
        pages = int(asked.get("pageToken", "0-EMPTY").partition("-")[0]) if "EMPTY" in asked.get("pageToken", "") else 0
        answer["nextPageToken"] = f"{pages + 1}-EMPTY"


def edited(world: World, edit: Edit) -> None:
    """Change the upstream's answers to searches."""
    real = world.apps["upstream.test"]

    def app(environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        asked = request.args.to_dict()
        token = asked.get("pageToken", "")
        if token == "SAME" or token.endswith("EMPTY"):
            environ["QUERY_STRING"] = environ["QUERY_STRING"].replace(f"pageToken={token}", "")
        response = Response.from_app(real, environ)
        if response.status_code == 200 and request.path.endswith("/search"):
            answer = json.loads(response.get_data())
            if token.endswith("EMPTY"):
                answer = {"kind": answer["kind"], "items": []}
            edit(answer, asked)
            response.set_data(json.dumps(answer))
        return response(environ, start_response)

    world.apps["upstream.test"] = app


def figures(services: Engine, template: Template, edit: Edit, per_day: int) -> dict[str, Any]:
    """What half a day of one key comes to."""
    with new_world(services, template) as world:
        world.now = MIDNIGHT
        edited(world, edit)
        found = arrivals(MIDNIGHT, 12 * HOUR, per_day)
        if per_day > 100:
            found += burst(MIDNIGHT + 4 * HOUR, 130, MINUTE, first=10_000)
        world.add(*found)
        world.run(12 * HOUR)
        delays = sorted(delay for report in world.reports for delay in report["delays"])
        stored = set(world.ids()) - {OLD.video_id}
        return {
            "stored": stored == {each.video_id for each in found if each.visible_at < world.now - 20 * MINUTE} | stored,
            "calls": len(searches(world)),
            "polls": len(world.reports),
            "worst": max(delays),
            "median": delays[len(delays) // 2],
            "gaps": world.state()["gaps"],
            "problems": world.get("/status").get_json()["problems"],
        }


@pytest.mark.parametrize(
    ("edit", "per_day"), [(with_an_old_item, 475), (with_the_same_token, 12), (with_empty_pages, 12)]
)
def test_a_day_is_as_good_as_its_control(services: Engine, template: Template, edit: Edit, per_day: int) -> None:
    control = figures(services, template, unchanged, per_day)
    seen = figures(services, template, edit, per_day)
    for day in (control, seen):
        assert (day["stored"], day["gaps"], day["problems"]) == (True, 0, [])
        # One key asks every 14.4 minutes.
        assert day["worst"] <= 16 * MINUTE
    assert seen["calls"] <= 1.1 * control["calls"]
    assert seen["polls"] >= 0.9 * control["polls"]


def test_a_date_before_the_window_does_not_end_the_paging(world: World) -> None:
    world.configure(SEARCH_CALLS_PER_DAY="10000", UNITS_PER_DAY="10000")
    world.upstream.limits = Limits(search=10_000)
    edited(world, with_an_old_item)
    world.add(*clips(START - number * MINUTE for number in range(1, 131)))
    world.schedule()
    assert len(set(world.ids()) - {OLD.video_id}) == 130
    assert world.state()["gaps"] == 0


@pytest.mark.parametrize(
    ("edit", "count", "calls"),
    [
        (with_the_same_token, 0, 1),
        (with_the_same_token, 12, 2),
        (with_the_same_token, 49, 2),
        # Each window of the three shows its first fifty only, and that there are no others is seen by asking again.
        (with_the_same_token, 130, 6),
        # The second page leads to itself, so that the third fifty take a window of their own.
        (with_the_second_page_again, 130, 3),
        (with_empty_pages, 0, 1),
        (with_empty_pages, 12, 3),
        (with_empty_pages, 49, 3),
        (with_empty_pages, 130, 5),
    ],
)
def test_pages_without_end_cost_a_few_calls_and_hide_nothing(world: World, edit: Edit, count: int, calls: int) -> None:
    world.configure(SEARCH_CALLS_PER_DAY="100000", UNITS_PER_DAY="100000")
    world.upstream.limits = Limits(search=100_000, default=100_000)
    edited(world, edit)
    world.add(*clips(START - number * MINUTE for number in range(1, count + 1)))
    world.schedule()
    assert len(world.ids()) == count
    assert len(searches(world)) == calls
    assert world.reports[-1]["problem"] is None
    assert world.state()["gaps"] == 0


@pytest.mark.parametrize("bucket", ["search", "default"])
def test_a_list_that_leaves_out_its_items_has_no_results(world: World, bucket: str) -> None:
    kind = {"search": "youtube#searchListResponse", "default": "youtube#videoListResponse"}[bucket]
    empty = json.dumps({"kind": kind, "pageInfo": {"totalResults": 0, "resultsPerPage": 0}})
    world.upstream.fault = lambda call: Response(empty) if call.bucket == bucket else None
    world.add(*clips(START - number * MINUTE for number in range(1, 4)))
    world.schedule()
    assert (world.reports[-1]["outcome"], world.reports[-1]["problem"]) == ("ok", None)
    assert world.reports[-1]["seen"] == (0 if bucket == "search" else 3)

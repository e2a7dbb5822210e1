"""How fresh the videos of a simulated day are: the budget's pace beside a fixed ten-second interval.

Both poll the same arrivals through the real handlers, with one key (100 searches a day) and one query. The delay of a
video runs from its publication to its being stored; a video that the day ended without counts until the day's end.

    python -m tests.bench.freshness
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from statistics import median_high

import pytest

from local import engine
from local.template import Template
from newsreel.times import instant
from tests.conftest import ROOT, clients, empty_tables
from tests.simulation.days import Lag, arrivals, no_lag, up_to_ten_minutes
from tests.simulation.test_days import DAY, MIDNIGHT
from tests.world import World

LAGS: dict[str, Lag] = {"found at once": no_lag, "found within ten minutes": up_to_ten_minutes}
PER_DAY = 475
"""As many as the recorded day of "cricket" has."""


@contextmanager
def a_world(services: engine.Engine) -> Iterator[World]:
    """A world outside of pytest."""
    with (
        contextmanager(empty_tables)(clients(services)["dynalite"], Template(ROOT / "template.yaml", {})) as tables,
        pytest.MonkeyPatch.context() as patch,
        World(services.secrets, tables.client, tables.environment, patch) as world,
    ):
        yield world


def simulated(world: World, pacing: str, lag: Lag) -> tuple[list[timedelta], int, int]:
    """Each video's delay on one day, how many were missed, and the search calls that it took."""
    world.now = MIDNIGHT
    world.configure(PACING=pacing)
    clips = arrivals(MIDNIGHT, DAY, PER_DAY, lag)
    world.add(*clips)
    world.run(DAY)
    stored = {video["video_id"]: instant(video["first_seen_at"]) for video in world.walk()}
    delays = [stored.get(clip.video_id, world.now) - clip.published_at for clip in clips]
    calls = sum(1 for call in world.upstream.calls if call.bucket == "search")
    return delays, len(clips) - len(stored), calls


def main(say: Callable[[str], None] = print) -> None:
    """Print the table."""
    say(f"one key, one query, {PER_DAY} videos in a day; delay from publication to storing")
    say(f"{'arrivals':26}{'pacing':8}{'median':>10}{'worst':>10}{'not yet stored':>16}{'search calls':>14}")
    with engine.running() as services:
        for name, lag in LAGS.items():
            for pacing in ("budget", "fixed"):
                with a_world(services) as world:
                    delays, missed, calls = simulated(world, pacing, lag)
                middle, worst = median_high(delays), max(delays)
                say(f"{name:26}{pacing:8}{minutes(middle):>10}{minutes(worst):>10}{missed:>16}{calls:>14}")
    say("next: make bench runs all benchmarks\n")


def minutes(span: timedelta) -> str:
    """Hours and minutes."""
    hours, rest = divmod(int(span.total_seconds()) // 60, 60)
    return f"{hours} h {rest:02} m"


if __name__ == "__main__":
    main()

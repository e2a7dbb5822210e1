"""How fresh the videos of a simulated day are: the budget's pace beside a fixed ten-second interval.

Both poll the same arrivals through the real handlers, with one key (100 searches a day) and one query. The delay of a
video runs from its publication to its being stored; a video that the day ended without counts until the day's end.
"""

from collections.abc import Iterator
from datetime import timedelta
from statistics import median_high

from newsreel.times import instant
from tests.bench import report
from tests.bench.priced import world
from tests.bench.report import Row
from tests.simulation.days import Lag, arrivals, no_lag, up_to_ten_minutes
from tests.simulation.test_days import DAY, MIDNIGHT
from tests.world import World

LAGS: dict[str, Lag] = {"found at once": no_lag, "found within ten minutes": up_to_ten_minutes}
TITLE = "Freshness of a day's 475 videos on one key"
FIGURES = "median delay, minutes", "worst delay, minutes", "not stored that day"
PER_DAY = 475
"""As many as the recorded day of "cricket" has."""


def simulated(world: World, pacing: str, lag: Lag) -> tuple[list[timedelta], int]:
    """Each video's delay on one day, and how many were missed."""
    world.now = MIDNIGHT
    world.configure(PACING=pacing)
    clips = arrivals(MIDNIGHT, DAY, PER_DAY, lag)
    world.add(*clips)
    world.run(DAY)
    stored = {video["video_id"]: instant(video["first_seen_at"]) for video in world.walk()}
    delays = [stored.get(clip.video_id, world.now) - clip.published_at for clip in clips]
    return delays, len(clips) - len(stored)


def rows() -> Iterator[Row]:
    """Minutes from publication to storing, and videos not stored by the end of the day."""
    for name, lag in LAGS.items():
        figures = []
        for pacing in ("budget", "fixed"):
            with world() as made:
                delays, missed = simulated(made, pacing, lag)
            figures.append((minutes(median_high(delays)), minutes(max(delays)), missed))
        for what, ours, theirs in zip(FIGURES, *figures, strict=True):
            yield Row(f"{name}: {what}", ours, "a fixed 10 s", theirs)


def minutes(span: timedelta) -> float:
    """Whole minutes."""
    return span.total_seconds() // 60


if __name__ == "__main__":
    report.tell(TITLE, rows())

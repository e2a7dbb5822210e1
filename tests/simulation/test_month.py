"""A month in which videos are renamed, deleted and over: what is shown stays true, within its time and the quota."""

from datetime import timedelta

import pytest

from tests.simulation.lives import DAY, HOUR, Month, lives
from tests.simulation.test_days import MIDNIGHT
from tests.world import MINUTE, World


@pytest.mark.long
@pytest.mark.parametrize(
    ("retention", "days", "step"), [(3, 5, 30 * MINUTE), (365, 28, 3 * HOUR)], ids=["of three days", "of a year"]
)
def test_what_is_shown_stays_true(world: World, retention: int, days: int, step: timedelta) -> None:
    # A month of 475 videos a day, an event a minute, takes longer: python -m tests.bench.refresh
    world.configure(RETENTION_DAYS=str(retention), POLL_INTERVAL_SECONDS=str(6 * 3600), PACING="fixed")
    world.now = MIDNIGHT
    month = Month(world, lives(MIDNIGHT - DAY, (days + 1) * DAY, 12), retention * DAY, step)
    month.run(days * DAY)
    assert month.checked["pages"] >= 2 * days * 7
    assert min(month.checked[what] for what in ("renamed", "gone", "over")) > 0
    assert max(month.units.values()) < 10_000
    shown = world.walk()
    expected = timedelta(days=min(retention, days)) / HOUR * 0.5
    assert 0.8 * expected < len(shown) < 1.2 * expected + 12

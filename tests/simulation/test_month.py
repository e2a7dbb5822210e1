"""A month in which videos are renamed, deleted and over: what is shown stays true, within its time and the quota."""

from datetime import timedelta

import pytest

from local.catalogue import DELETED_SHOWN, Upload
from local.upstream import Limits
from tests.simulation.lives import DAY, HOUR, Month, lives
from tests.simulation.test_days import MIDNIGHT
from tests.world import MINUTE, World


@pytest.mark.long
@pytest.mark.parametrize(
    ("retention", "days", "step", "units", "tracking"),
    [(3, 5, 30 * MINUTE, 10_000, "off"), (365, 28, 3 * HOUR, 10_000, "off"), (3, 5, 30 * MINUTE, 60, "on")],
    ids=["of three days", "of a year", "of three days, with tracking on few units"],
)
def test_what_is_shown_stays_true(
    world: World, retention: int, days: int, step: timedelta, units: int, tracking: str
) -> None:
    # A month of 475 videos a day, an event a minute, takes longer: python -m tests.bench.refresh
    world.configure(RETENTION_DAYS=str(retention), POLL_INTERVAL_SECONDS=str(6 * 3600), PACING="fixed", QUERIES="video")
    world.configure(UNITS_PER_DAY=str(units), SEARCH_CALLS_PER_DAY="20", TRACKING=tracking)
    world.upstream.limits = Limits(search=20, default=units)
    world.now = MIDNIGHT
    month = Month(world, lives(MIDNIGHT - DAY, (days + 1) * DAY, 12), retention * DAY, step)
    month.run(days * DAY)
    assert month.checked["pages"] >= 2 * days * 7
    assert min(month.checked[what] for what in ("renamed", "gone", "over")) > 0
    assert max(month.units.values()) <= units
    looks, found = (sum(getattr(each, what) for each in world.trackings) for what in ("looks", "new"))
    assert (looks > 0) is (found > 0) is (tracking == "on")
    shown = world.walk()
    expected = timedelta(days=min(retention, days)) / HOUR * 0.5
    assert 0.8 * expected < len(shown) < 1.2 * expected + 12


def test_a_deleted_video_leaves_its_place_among_the_uploads_for_hours() -> None:
    truth = lives(MIDNIGHT, 5 * DAY, 100)
    gone = next(life for life in truth.lives if life.gone_at)
    assert gone.gone_at
    channel_id, place = gone.clip.channel_id, Upload(gone.clip, "deleted")
    assert truth.uploads("UCnobody", MIDNIGHT) is None
    assert truth.uploads(channel_id, MIDNIGHT - DAY) == []
    for at, before, after in ((gone.gone_at, False, True), (gone.gone_at + DELETED_SHOWN, True, False)):
        assert (place in (truth.uploads(channel_id, at - MINUTE) or ())) is before
        assert (place in (truth.uploads(channel_id, at) or ())) is after
    found = truth.search("cricket", None, MIDNIGHT + 5 * DAY, MIDNIGHT + 5 * DAY)
    uploads = truth.uploads(channel_id, MIDNIGHT + 5 * DAY) or ()
    assert [upload.clip for upload in uploads if not upload.gone] == found[::-1]

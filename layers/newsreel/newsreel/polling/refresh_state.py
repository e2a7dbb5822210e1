"""What is known of the refreshes: how far each age is, what they did today, and when the next is due."""

from collections.abc import Mapping
from copy import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from newsreel.times import due_within, pacific_day


class Tally(NamedTuple):
    """What the refreshes of one day in California did."""

    day: str = ""
    refreshed: int = 0
    """Videos that YouTube was asked for."""
    changed: int = 0
    """Videos that were written, as something had changed."""
    gone: int = 0
    """Videos that YouTube no longer has, removed."""
    units: int = 0
    """Of YouTube's default bucket."""
    owed: int = 0
    """Units that went to what YouTube's terms want."""


class RefreshState(NamedTuple):
    """The state of all refreshes."""

    due_at: datetime | None = None
    """When refreshes are due next; None before the first."""
    planned_at: datetime | None = None
    """When `due_at` was written."""
    marks: Mapping[timedelta, datetime] = MappingProxyType({})
    """See `ages`."""
    live_due_at: datetime | None = None
    """When what is live or about to begin is to be asked for."""
    announced_due_at: datetime | None = None
    """When all that is upcoming is to be asked for."""
    today: Tally = Tally()
    owed_yesterday: int = 0
    """Units that went to what YouTube's terms want, the day before."""
    units_yesterday: int = 0
    """All units of the day before."""
    short_since: datetime | None = None
    """Since when there are not enough units for what is nice to have."""
    last_at: datetime | None = None
    problem: str | None = None
    """What went wrong in the latest refresh."""

    def due_in(self, span: timedelta, now: datetime) -> datetime | None:
        """When refreshes are due within this span from now on; None where they are not."""
        return due_within(self.due_at, self.planned_at, span, now)

    def on(self, now: datetime) -> "RefreshState":
        """The state with the tally of this moment's day."""
        day = pacific_day(now)
        if self.today.day >= day:
            return self
        return replace(self, today=Tally(day), owed_yesterday=self.today.owed, units_yesterday=self.today.units)

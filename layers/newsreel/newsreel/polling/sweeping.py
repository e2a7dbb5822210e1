"""Sweeps: looks at what is some hours old, as no search shows all that there is.

Repeated searches of one window differ. In a recorded day of polls, items up to two hours old came after answers over
the same hours that had left them out. How late the latest come is not known, and may differ between queries. So each
query learns it: a sweep that finds something makes the next ones more frequent and later, as there may be more to come;
one that finds nothing makes them rarer and sooner.
"""

from datetime import timedelta
from typing import NamedTuple

YOUNGEST = timedelta(hours=3)
OLDEST = timedelta(hours=48)
"""The ages at which sweeps look, at least and at most."""
RAREST = 4
"""A query whose sweeps find nothing gets a call for one where it would get so many."""
LOOKS_COUNTED = 100


class SweepPace(NamedTuple):
    """At which age a query's sweeps look, and how often."""

    age: timedelta = timedelta(hours=6)
    rarity: int = 1
    """One call for a sweep is made where so many could be."""

    def learned(self, found: int) -> "SweepPace":
        """The pace after a sweep that found so many new videos."""
        if found:
            return SweepPace(min(self.age * 3 / 2, OLDEST), 1)
        return SweepPace(max(self.age * 9 / 10, YOUNGEST), min(self.rarity + 1, RAREST))


class LateFinds(NamedTuple):
    """What a query's last hundred or so sweeps and second looks found that was not known."""

    looks: int = 0
    found: int = 0
    oldest_seconds: int | None = None
    """The age of the oldest of these finds, when it was found."""

    def after(self, looks: int, ages: tuple[timedelta, ...]) -> "LateFinds":
        """The same after more looks, which found videos of these ages."""
        kept = self if self.looks < LOOKS_COUNTED else LateFinds(self.looks // 2, self.found // 2, self.oldest_seconds)
        seconds = [int(age.total_seconds()) for age in ages]
        oldest = max((*seconds, kept.oldest_seconds or 0)) if seconds or kept.found else None
        return LateFinds(kept.looks + looks, kept.found + len(ages), oldest)

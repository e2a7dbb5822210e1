"""Instants: one text form for all that is stored and shown, and the Pacific day that YouTube's quotas follow."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
CLOCK_SLACK = timedelta(minutes=2)
"""A time this far in the future was written by a clock that ran ahead."""


def utc_now() -> datetime:
    """The present moment, in whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def stamp(moment: datetime) -> str:
    """`YYYY-MM-DDTHH:MM:SSZ`: UTC, always of this width, so that sorting the texts sorts the moments."""
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def instant(text: str) -> datetime:
    """Read an RFC 3339 time with any zone and fraction; a fraction of a second is cut off.

    Raises ValueError for anything else, a time without a zone included.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or "T" not in text.upper():
        raise ValueError(f"not a time with a zone: {text!r}")
    try:
        return moment.astimezone(UTC).replace(microsecond=0)
    except OverflowError:
        raise ValueError(f"out of range: {text!r}") from None


def from_wrong_clock(written_at: datetime | None, now: datetime) -> bool:
    """Whether what was written at this time was written by a clock that ran ahead of this one."""
    return written_at is not None and written_at > now + CLOCK_SLACK


def due_within(due_at: datetime | None, planned_at: datetime | None, span: timedelta, now: datetime) -> datetime | None:
    """When work is due within this span from now on; None where it is not.

    It is due at once where it was never done, or where a clock that ran ahead planned it, at `planned_at`.
    """
    if due_at is None or from_wrong_clock(planned_at, now):
        return now
    return max(due_at, now) if due_at < now + span else None


def is_due(moment: datetime | None, now: datetime) -> bool:
    """Whether what is done at least daily is due; a moment further ahead is that of a clock that ran ahead."""
    return moment is None or moment <= now or moment > now + timedelta(days=1)


def pacific_day(moment: datetime) -> str:
    """The date in California, `YYYY-MM-DD`: the day to which YouTube counts a call."""
    return moment.astimezone(PACIFIC).date().isoformat()


def pacific_midnight(moment: datetime) -> datetime:
    """The next midnight in California, when YouTube's quotas are refilled; 23 to 25 hours after the last."""
    tomorrow = moment.astimezone(PACIFIC).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), PACIFIC).astimezone(UTC)

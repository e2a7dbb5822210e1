"""Planning: which channels are worth looking at until the next plan, and whether tracking guesses well enough."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import replace
from datetime import datetime, timedelta
from typing import NamedTuple
from zlib import crc32

from newsreel.keys.budget import Budget
from newsreel.polling.adapters import Adapters
from newsreel.polling.channel_finds import FIND, HALF_LIFE, ChannelFinds
from newsreel.polling.poll_state import PollState
from newsreel.polling.refresh import spare
from newsreel.polling.refresh_state import RefreshState
from newsreel.polling.watermark import SETTLING, Watermark
from newsreel.times import stamp
from newsreel.tracking.allotment import CHANNELS_A_KEY, DAY, Rate, allotted, expected
from newsreel.tracking.match import match_of
from newsreel.tracking.state import Judgement, QueryTracking, TrackedChannel
from newsreel.watched import WatchedQuery

FINDS_AT_LEAST = 2
CONFIRMED_WITHIN = timedelta(days=2)
"""What search has not given by then, it will not."""
RESERVE_SHARE = 10
"""One in so many of a day's units is left for what nobody foresees, such as more refreshes than yesterday."""
AT_ONCE = 10
"""Queries whose finds are read at a time."""


class Plan(NamedTuple):
    """What is tracked until the next plan."""

    channels: list[TrackedChannel]
    queries: list[QueryTracking]
    verdicts: list[bool]
    """Of tracked videos, whether search has confirmed them."""


def units_to_spare(units: Budget, searches: Budget, refreshes: RefreshState) -> int:
    """The units that tracking may spend until Pacific midnight.

    Before it come the details of what searches find, and refreshes: of these, as many as yesterday.
    """
    ahead = max(0, refreshes.units_yesterday - refreshes.today.units)
    left = spare(units, searches, refreshes, owed=True) - ahead - units.per_day // RESERVE_SHARE
    return max(0, left)


def plan(
    queries: Sequence[WatchedQuery],
    tracked: Mapping[str, TrackedChannel],
    units_per_key: int,
    spare_units: int,
    adapters: Adapters,
    states: Sequence[QueryTracking],
) -> Plan:
    """Choose channels for these queries, of which `states` says how each fares. Raises TableUnavailable."""
    now = adapters.now()
    polls = adapters.states.read([query.name for query in queries])
    verdicts: list[bool] = []
    after: list[QueryTracking] = []
    for query, poll, state in zip(queries, polls, states, strict=True):
        judged, new = _judged(state.of(query.search, now), poll, adapters)
        verdicts += new
        after.append(replace(judged, judgement=_judgement(query, judged), channels=0))
    fit = [place for place, state in enumerate(after) if state.judgement == "nowhere"]
    with ThreadPoolExecutor(AT_ONCE) as readers:
        found_by = list(readers.map(lambda place: adapters.finds.of(queries[place].name, now), fit))
    wanted = [_wanted(queries[place], polls[place], finds, now) for place, finds in zip(fit, found_by, strict=True)]
    units = adapters.ring.budget("default")
    chosen = allotted(
        _together(wanted),
        spare_units * (DAY / max(timedelta(minutes=1), units.resets_at - now)),
        CHANNELS_A_KEY * (units.per_day // units_per_key),
    )
    users: dict[str, list[str]] = defaultdict(list)
    for place, rates in zip(fit, wanted, strict=True):
        mine = [channel_id for channel_id in rates if channel_id in chosen]
        for channel_id in mine:
            users[channel_id].append(queries[place].name)
        after[place] = replace(after[place], judgement="tracked" if mine else "nowhere", channels=len(mine))
    channels = [_tracked(each, tuple(users[each]), chosen[each], tracked.get(each), now) for each in chosen]
    return Plan(channels, after, verdicts)


def _judged(state: QueryTracking, poll: PollState, adapters: Adapters) -> tuple[QueryTracking, list[bool]]:
    """How tracking fares with what search has confirmed since the last plan, and these verdicts."""
    now = adapters.now()
    since = state.judged_until or now
    until = _judged_until(since, poll.watermark, now) if poll.watermark else since
    if until <= since:
        return replace(state, judged_until=since), []
    verdicts = list(adapters.videos.tracked(state.query, stamp(since), stamp(until - timedelta(seconds=1))))
    return state.judged(verdicts, until, now), verdicts


def _judgement(query: WatchedQuery, state: QueryTracking) -> Judgement:
    if match_of(query) is None:
        return "unfit"
    return "stopped" if state.stopped_at else "nowhere"


def _judged_until(since: datetime, mark: Watermark, now: datetime) -> datetime:
    """Up to which time of publication search was asked for all, and long enough ago."""
    gaps = [gap.since for gap in mark.gaps if gap.until > since]
    looks = [look.since for look in mark.second_looks if look.until > since]
    return min(now - CONFIRMED_WITHIN, mark.settled_until, *gaps, *looks)


def _wanted(query: WatchedQuery, poll: PollState, finds: Iterable[ChannelFinds], now: datetime) -> dict[str, Rate]:
    """What is expected of the channels where search has found something for a query, by channel."""
    counted = now - (poll.counted_since or now)
    wait = poll.due_at - now if poll.due_at else timedelta(0)
    interval = max(timedelta(seconds=poll.pace_seconds), wait)
    return {
        each.channel_id: Rate(expected(each.weight_at(now) / FIND, counted, HALF_LIFE), interval)
        for each in finds
        if each.finds >= FINDS_AT_LEAST and each.channel_id not in query.blocked_channels
    }


def _together(wanted: Iterable[Mapping[str, Rate]]) -> dict[str, Rate]:
    """What is expected of each channel for all queries: its videos in sum, their searches' intervals on average."""
    each_query: dict[str, list[Rate]] = defaultdict(list)
    for rates in wanted:
        for channel_id, rate in rates.items():
            each_query[channel_id].append(rate)
    return {channel_id: _sum(rates) for channel_id, rates in each_query.items()}


def _sum(rates: Sequence[Rate]) -> Rate:
    per_day = sum(each.per_day for each in rates)
    return Rate(per_day, sum((each.search_interval * (each.per_day / per_day) for each in rates), timedelta(0)))


def _tracked(
    channel_id: str, queries: tuple[str, ...], interval: timedelta, former: TrackedChannel | None, now: datetime
) -> TrackedChannel:
    seconds = max(1, int(interval.total_seconds()))
    if former is None:
        # Each begins at its own place, so that not all are looked at at once.
        first = now + interval * (crc32(channel_id.encode()) % 1000) / 1000
        return TrackedChannel(channel_id, queries, seconds, first, now - SETTLING)
    due_at = former.due_at if former.rests else min(former.due_at, now + interval)
    judged = former.judged if former.queries == queries else ()
    return replace(former, queries=queries, interval_seconds=seconds, due_at=due_at, judged=judged)

"""The adapters: all that a poll touches outside, made for one poll."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from newsreel.keys.ring import KeyRing
from newsreel.library.videos import Videos
from newsreel.library.word_index import WordIndex
from newsreel.polling.channel_finds import Finds
from newsreel.polling.history import FetchHistory
from newsreel.polling.refresh_states import RefreshStates
from newsreel.polling.states import PollStates
from newsreel.settings import FetcherSettings
from newsreel.sources import asking
from newsreel.sources.instances import Instances
from newsreel.sources.invidious import Invidious
from newsreel.sources.youtube import YouTube

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

session = cache(asking.session)
"""Keeps connections to the sources open between polls."""


class Adapters(NamedTuple):
    """The adapters of one poll."""

    states: PollStates
    refreshes: RefreshStates
    videos: Videos
    history: FetchHistory
    finds: Finds
    ring: KeyRing
    youtube: YouTube
    invidious: Invidious
    now: Callable[[], datetime]


def stored_videos(client: "DynamoDBClient", settings: FetcherSettings, now: Callable[[], datetime]) -> Videos:
    """The videos of the tables, by this client."""
    index = WordIndex(client, settings.words_table, settings.retention, now)
    return Videos(client, settings.videos_table, settings.retention, index, now)


def adapters(
    client: "DynamoDBClient",
    settings: FetcherSettings,
    ring: KeyRing,
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
) -> Adapters:
    """The adapters of one poll: tables by this client, sources by this key ring."""
    table = settings.state_table
    return Adapters(
        states=PollStates(client, table),
        refreshes=RefreshStates(client, table),
        videos=stored_videos(client, settings, now),
        history=FetchHistory(client, table),
        finds=Finds(client, table),
        ring=ring,
        youtube=YouTube(settings.youtube_api_url, session(), ring, now=now, sleep=sleep),
        invidious=Invidious(Instances(client, table, settings.invidious_urls), session(), now=now),
        now=now,
    )

"""What readers are shown: the shape of every answer in JSON, and a stored video in its public form.

The functions fill these shapes, so that mypy checks each key. The OpenAPI document is made from the same shapes and the
texts beside their fields. Every field is always there.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypedDict, get_args

from newsreel.aws.attributes import Attributes
from newsreel.ids import CHANNEL_ID, VIDEO_ID
from newsreel.library.page import PAGE_SIZE_AT_MOST
from newsreel.polling.poll_state import ARRIVAL_HOURS, Outcome
from newsreel.settings import QUERY_LENGTH_AT_MOST, TARGET_NAME_AT_MOST, Pacing, Switch
from newsreel.video import WATCH_URL, FoundBy, Live, SourceName
from newsreel.watched import SafeSearch
from newsreel.watched import WatchedQuery as Watched

STAMP = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"


class Schema:
    """What the document says of a value beyond its type, in the words of JSON Schema (2020-12)."""

    def __init__(self, **words: Any) -> None:
        self._words = words

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> dict[str, Any]:
        """How pydantic asks for it, which the functions never load."""
        schema: dict[str, Any] = handler(core_schema)
        return schema | self._words


type Time = Annotated[str, Schema(pattern=STAMP, format="date-time")]
type Url = Annotated[str, Schema(format="uri")]
type ChannelId = Annotated[str, Schema(pattern=f"^{CHANNEL_ID}$")]
type VideoId = Annotated[str, Schema(pattern=f"^{VIDEO_ID}$")]
type Count = Annotated[int, Schema(minimum=0)]
type Query = Annotated[str, Schema(minLength=1, maxLength=QUERY_LENGTH_AT_MOST)]
type Cursor = Annotated[str, Schema(pattern="^[A-Za-z0-9_-]+$")]
type TargetName = Annotated[str, Schema(minLength=1, maxLength=TARGET_NAME_AT_MOST)]
type TargetState = Literal["paused", "new", "ok", "failing", "resting"]
type TrackingOfQuery = Literal["off", "tracked", "nowhere", "unfit", "stopped"]
type QueryState = Literal["paused", "new", "ok", "waiting", "failing"]
type ProblemCode = Literal[
    "not_started",
    "late",
    "no_keys",
    "no_usable_key",
    "budget_spent",
    "secret_unreadable",
    "fallback_down",
    "failing",
    "refresh_failing",
    "units_short",
    "key_disabled",
    "target_failing",
]


class Pong(TypedDict):
    """A sign of life."""

    message: Literal["Pong!"]


class Thumbnail(TypedDict):
    """A picture of a video."""

    url: Url
    width: Annotated[int, Schema(minimum=1)] | None
    """Pixels, where known."""
    height: Annotated[int, Schema(minimum=1)] | None
    """Pixels, where known."""


class Video(TypedDict):
    """A video, as one query found it."""

    video_id: VideoId
    query: Query
    """The watched query that found it."""
    queries: Annotated[list[Query], Schema(minItems=1)]
    """All queries of this listing that found it, in their order: several where all are listed together."""
    url: Url
    """Where to watch it."""
    title: str
    description: str
    channel_id: ChannelId | None
    channel_title: str
    thumbnails: dict[str, Thumbnail]
    """By YouTube's names for their sizes."""
    published_at: Time
    published_at_exact: bool
    """False where the source gave the time of publication only roughly."""
    duration_seconds: Annotated[int, Schema(minimum=0)] | None
    """Where known; a broadcast has none before its end."""
    starts_at: Time | None
    """When an upcoming broadcast or premiere is to begin, where known."""
    vertical: bool | None
    """Whether it is taller than wide, where known."""
    embeddable: bool | None
    """Whether its owner lets other sites play it, where known."""
    made_for_kids: bool | None
    """Where known."""
    view_count: Count | None
    """YouTube's count at `refreshed_at`, or at `fetched_at` before the first refresh; where known."""
    like_count: Count | None
    """Null where hidden."""
    comment_count: Count | None
    """Null where comments are closed."""
    live: Live
    """Whether it is no broadcast (or a past one), is being broadcast, or is announced."""
    source: SourceName
    found_by: FoundBy
    """`channel`: it was seen among its channel's uploads, and no search has given it yet."""
    first_seen_at: Time
    """When it was first found."""
    fetched_at: Time
    """When this version of the video, but for its counts, was fetched."""
    refreshed_at: Time | None
    """When YouTube's word of it was last written anew; null before the first refresh."""


class VideoPage(TypedDict):
    """A page of a listing."""

    videos: Annotated[list[Video], Schema(maxItems=PAGE_SIZE_AT_MOST)]
    next_cursor: Cursor | None
    """The page that follows; null on the last one."""
    prev_cursor: Cursor | None
    """The page before; null on the first one."""
    as_of: Time | None
    """The moment of the counts by which `order=views` sorts, and which it shows; null in any other order."""


class LastPoll(TypedDict):
    """What a query's latest poll did."""

    at: Time
    source: SourceName | None
    """Who gave the videos; null if no one did."""
    outcome: Outcome
    seen: Count
    """Videos that the source gave."""
    new: Count
    """Videos stored for the first time."""
    calls: Count
    """Search calls that it took."""


class PastPoll(LastPoll):
    """A poll of a query, as the fetch history has it."""

    malformed: Count
    """Items of the source that made no video."""
    units: Count
    """Units of YouTube's default bucket that it took."""
    problem: str | None
    """What went wrong."""


class NewestVideo(TypedDict):
    """The newest video of a query."""

    video_id: VideoId
    title: str
    published_at: Time


class QuerySettings(TypedDict):
    """The settings of a watched query."""

    query: Query
    search: str
    """What YouTube is asked for."""
    region: str | None
    language: str | None
    safe_search: SafeSearch
    min_interval_seconds: Annotated[int, Schema(minimum=10)] | None
    weight: Annotated[int, Schema(minimum=1)]
    paused: bool
    blocked_channels: list[ChannelId]
    """Channels whose videos are stored, but not shown."""
    blocked_words: list[str]
    """The same of videos with these words."""


class WatchedQuery(TypedDict):
    """A watched query and how its polls fare."""

    query: Query
    settings: QuerySettings
    state: QueryState
    """Paused, never polled, fine, waiting for a key that can search, or failing."""
    problem: str | None
    """What went wrong in the latest poll."""
    last_poll_at: Time | None
    last_success_at: Time | None
    next_poll_at: Time | None
    last_poll: LastPoll | None
    newest_video: NewestVideo | None
    complete_until: Time | None
    """Up to when every video is known, gaps apart."""
    gaps: Count
    """Stretches of time that no poll could cover yet."""
    arrivals: Annotated[list[Count], Schema(minItems=ARRIVAL_HOURS, maxItems=ARRIVAL_HOURS)]
    """Videos published in each of the last 24 hours, oldest first, as far as they are found."""


class LateFinds(TypedDict):
    """What a query's last hundred or so sweeps and second looks found: videos that earlier searches had left out."""

    looks: Count
    found: Count
    oldest_seconds: Count | None
    """The age of the oldest of these finds, when it was found; null if there is none."""
    sweep_age_seconds: Count
    """The age at which sweeps look now. It follows what they find, and so does how often they look."""


class QueryTracking(TypedDict):
    """How tracking fares: looking, between two searches, at channels where search found videos of a query before."""

    state: TrackingOfQuery
    """Switched off; tracked; no channel is worth it; only YouTube can judge the query; or search confirmed too few."""
    channels: Count
    known_channels: Count
    """Of the last thousand or so videos that search found, those from a channel where it had found one before."""
    videos: Count
    """The last thousand or so videos that search found, but for those of the first poll."""
    confirmed: Count
    """Of the latest tracked videos, those that search gave within two days."""
    judged: Count
    """The latest tracked videos of which that is known, at most 50. If fewer than 80 % are, tracking stops."""
    stopped_at: Time | None


class QueryStatus(WatchedQuery):
    """A watched query, how its polls fare, and what the last of them did."""

    late_finds: LateFinds
    tracking: QueryTracking
    last_polls: list[PastPoll]
    """The newest first."""


class WatchedQueries(TypedDict):
    """The watched queries, in the operator's order."""

    queries: list[WatchedQuery]


class Trouble(TypedDict):
    """Something that is wrong, and what to do about it."""

    code: ProblemCode
    message: str
    action: str


class BucketState(TypedDict):
    """One of a key's two daily quotas, by newsreel's own count; refilled at midnight in California."""

    spent: Count
    left: Count
    limit: Count


class Key(TypedDict):
    """An API key, named by a fingerprint that cannot be turned back."""

    key: Annotated[str, Schema(pattern="^[0-9a-f]{8}$")]
    usable: bool
    problem: str | None
    search: BucketState
    """Search calls."""
    default: BucketState
    """Units of all other calls."""


class YouTube(TypedDict):
    """YouTube's API."""

    usable_keys: Count
    search_calls_left: Count
    units_left: Count
    resets_at: Time
    """The next midnight in California."""
    keys: list[Key]


class Instance(TypedDict):
    """An Invidious instance of the operator's choice."""

    instance: str
    resting_until: Time | None
    """It failed, and is not asked before this."""
    problem: str | None


class Invidious(TypedDict):
    """The fallback for when no key can search."""

    instances: list[Instance]


class Sources(TypedDict):
    """Where videos come from."""

    youtube: YouTube
    invidious: Invidious


class RefreshTally(TypedDict):
    """What the refreshes of a day did, from midnight in California."""

    asked: Count
    """Videos that YouTube was asked for."""
    changed: Count
    """Videos that were written, as something had changed."""
    gone: Count
    """Videos that YouTube no longer has, removed."""
    units: Count
    """Units of YouTube's default bucket that they took."""


class Refreshes(TypedDict):
    """How the stored videos are kept true: each is asked for again at certain ages."""

    last_at: Time | None
    next_at: Time | None
    problem: str | None
    """What went wrong in the latest refresh."""
    short_of_units_since: Time | None
    """Since when the day's units do not suffice for all refreshes; null if they do."""
    today: RefreshTally


class TrackingTally(TypedDict):
    """What tracking did since midnight in California."""

    looks: Count
    units: Count
    found: Count
    """Videos that were stored."""


class Tracking(TypedDict):
    """Looking, between two searches, at channels where search found videos before."""

    switched: Switch
    channels: Count
    last_at: Time | None
    next_at: Time | None
    problem: str | None
    """What went wrong in the latest run."""
    today: TrackingTally


class Removal(TypedDict):
    """Videos that go at once, as their query is watched no more."""

    query: Query
    asked_at: Time
    deleted: Count
    done: bool


class TargetHealth(TypedDict):
    """How a target fares."""

    target: TargetName
    state: TargetState
    """Paused, never told, fine, failing, or resting, as it has failed for a day."""
    problem: str | None
    """What went wrong in the latest try."""
    failing_since: Time | None
    last_told_at: Time | None
    told: Count
    """Videos, in all."""
    next_turn_at: Time | None
    """When it is told what waits for it; null where nothing does."""
    tested_at: Time | None
    """When the last test message was sent."""
    test_problem: str | None
    """What went wrong with it."""


class Status(TypedDict):
    """Whether all is well, and if not, why not."""

    healthy: bool
    """True if and only if there are no problems."""
    checked_at: Time
    problems: list[Trouble]
    """The gravest first."""
    pacing: Pacing
    poll_interval_seconds: Annotated[int, Schema(minimum=10)]
    sources: Sources
    refreshes: Refreshes
    tracking: Tracking
    removals: list[Removal]
    targets: list[TargetHealth]
    queries: list[QueryStatus]


class Problem(TypedDict):
    """An error (RFC 9457)."""

    type: Annotated[str, Schema(format="uri-reference")]
    title: str
    """The status in words."""
    status: Annotated[int, Schema(minimum=400, maximum=599)]
    detail: str
    """What is the matter with this request."""
    instance: str
    """The request's id, as the service's log has it."""


class Fault(TypedDict):
    """One thing that is wrong with one parameter."""

    parameter: str
    value: str | None
    """What was given, cut if it is long; null where the fault lies in several parameters together."""
    detail: str
    """What is allowed."""


class InvalidParameters(Problem):
    """An error of the request's parameters."""

    errors: Annotated[list[Fault], Schema(minItems=1)]
    """All that is wrong."""


type Text = Literal["title", "description", "channel_id", "channel_title", "starts_at", "found_by", "refreshed_at"]
type Truth = Literal["vertical", "embeddable", "made_for_kids"]
type Number = Literal["duration_seconds", "view_count", "like_count", "comment_count"]
TEXTS: tuple[Text, ...] = get_args(Text.__value__)
TRUTHS: tuple[Truth, ...] = get_args(Truth.__value__)
NUMBERS: tuple[Number, ...] = get_args(Number.__value__)
"""What an item may lack."""
BLANK: Video = {
    "video_id": "",
    "query": "",
    "queries": [],
    "url": "",
    "title": "",
    "description": "",
    "channel_id": None,
    "channel_title": "",
    "thumbnails": {},
    "published_at": "",
    "published_at_exact": True,
    "duration_seconds": None,
    "starts_at": None,
    "vertical": None,
    "embeddable": None,
    "made_for_kids": None,
    "view_count": None,
    "like_count": None,
    "comment_count": None,
    "live": "none",
    "source": "youtube",
    "found_by": "search",
    "first_seen_at": "",
    "fetched_at": "",
    "refreshed_at": None,
}
"""A video of which nothing is known."""


def video(item: Attributes, queries: Sequence[str] = ()) -> Video:
    """The video of an item as readers see it, with the queries of a listing that found it, by default its own.

    It takes the attributes' types for known, as `unpacked` would cost a page of 50 a third more, and calls no function
    of its own. It fills a copy, as Python makes a dictionary of so many keys in two parts, then joins them: that would
    be a twentieth of such a page (`make bench`).
    """
    found = BLANK.copy()
    found["video_id"] = item["video_id"]["S"]
    found["query"] = item["query"]["S"]
    found["queries"] = [*queries] or [item["query"]["S"]]
    found["url"] = WATCH_URL + item["video_id"]["S"]
    if "thumbnails" in item:
        found["thumbnails"] = {
            name: {
                "url": size["url"]["S"],
                "width": int(width["N"]) if "N" in (width := size["width"]) else None,
                "height": int(height["N"]) if "N" in (height := size["height"]) else None,
            }
            for name, picture in item["thumbnails"]["M"].items()
            for size in [picture["M"]]
        }
    found["published_at"] = item["published_at"]["S"]
    found["published_at_exact"] = item["published_at_exact"]["BOOL"]
    found["live"] = item["live"]["S"]
    found["source"] = item["source"]["S"]
    found["first_seen_at"] = item["first_seen_at"]["S"]
    found["fetched_at"] = item["fetched_at"]["S"]
    for text in TEXTS:
        if text in item:
            found[text] = item[text]["S"]
    for truth in TRUTHS:
        if truth in item:
            found[truth] = item[truth]["BOOL"]
    for number in NUMBERS:
        if number in item:
            found[number] = int(item[number]["N"])
    return found


def query_settings(query: Watched) -> QuerySettings:
    """The settings of a query as readers see them."""
    return {
        "query": query.name,
        "search": query.search,
        "region": query.region,
        "language": query.language,
        "safe_search": query.safe_search,
        "min_interval_seconds": query.min_interval_seconds,
        "weight": query.weight,
        "paused": query.paused,
        "blocked_channels": list(query.blocked_channels),
        "blocked_words": list(query.blocked_words),
    }


def newest_video(item: Attributes) -> NewestVideo:
    """The newest video of a query as readers see it."""
    return {
        "video_id": item["video_id"]["S"],
        "title": item["title"]["S"] if "title" in item else "",
        "published_at": item["published_at"]["S"],
    }

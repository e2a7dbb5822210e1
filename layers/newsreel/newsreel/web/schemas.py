"""The api's answers as models, from which the OpenAPI document's schemas are made.

Loaded when building and testing only: the functions do without pydantic, and tests hold their answers against these.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from newsreel.ids import CHANNEL_ID, VIDEO_ID
from newsreel.library.listing import PAGE_SIZE_AT_MOST
from newsreel.polling.poll_state import ARRIVAL_HOURS, Outcome
from newsreel.settings import QUERY_LENGTH_AT_MOST, Pacing
from newsreel.video import Live, SourceName
from newsreel.web.status import ProblemCode, QueryState

STAMP = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"


type Time = Annotated[str, Field(pattern=STAMP, json_schema_extra={"format": "date-time"})]
type Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]
type VideoId = Annotated[str, Field(pattern=f"^{VIDEO_ID}$")]
type Count = Annotated[int, Field(ge=0)]
type Query = Annotated[str, Field(min_length=1, max_length=QUERY_LENGTH_AT_MOST)]
type Cursor = Annotated[str, Field(pattern="^[A-Za-z0-9_-]+$")]


class Model(BaseModel):
    """What all models share: descriptions from their docstrings, and every field always there."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Pong(Model):
    """A sign of life."""

    message: Literal["Pong!"]


class Thumbnail(Model):
    """A picture of a video."""

    url: Url
    width: Annotated[int, Field(ge=1)] | None
    """Pixels, where known."""
    height: Annotated[int, Field(ge=1)] | None
    """Pixels, where known."""


class Video(Model):
    """A video, as one query found it."""

    video_id: VideoId
    query: Query
    """The watched query that found it."""
    url: Url
    """Where to watch it."""
    title: str
    description: str
    channel_id: Annotated[str, Field(pattern=f"^{CHANNEL_ID}$")] | None
    channel_title: str
    thumbnails: dict[str, Thumbnail]
    """By YouTube's names for their sizes."""
    published_at: Time
    published_at_exact: bool
    """False where the source told the time of publication only roughly."""
    duration_seconds: Annotated[int, Field(ge=0)] | None
    """Where known; a broadcast has none before its end."""
    live: Live
    """Whether it is no broadcast (or a past one), is being broadcast, or is announced."""
    source: SourceName
    first_seen_at: Time
    """When a poll first found it."""
    fetched_at: Time
    """When what is told here was fetched."""


class VideoPage(Model):
    """A page of a listing."""

    videos: Annotated[list[Video], Field(max_length=PAGE_SIZE_AT_MOST)]
    next_cursor: Cursor | None
    """The page that follows; null on the last one."""
    prev_cursor: Cursor | None
    """The page before; null on the first one."""


class LastPoll(Model):
    """What a query's latest poll did."""

    at: Time
    source: SourceName | None
    """Who gave the videos; null if no one did."""
    outcome: Outcome
    seen: Count
    """Videos that the source told of."""
    new: Count
    """Videos stored for the first time."""
    calls: Count
    """Search calls that it took."""


class NewestVideo(Model):
    """The newest video of a query."""

    video_id: VideoId
    title: str
    published_at: Time


class WatchedQuery(Model):
    """A watched query and how its polls fare."""

    query: Query
    state: QueryState
    """Never polled, fine, waiting for a key that can search, or failing."""
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
    arrivals: Annotated[list[Count], Field(min_length=ARRIVAL_HOURS, max_length=ARRIVAL_HOURS)]
    """New videos in each of the last 24 hours, oldest first."""


class WatchedQueries(Model):
    """The watched queries, in the operator's order."""

    queries: list[WatchedQuery]


class Trouble(Model):
    """Something that is wrong, and what to do about it."""

    code: ProblemCode
    message: str
    action: str


class BucketState(Model):
    """One of a key's two daily quotas, by newsreel's own count; refilled at midnight in California."""

    spent: Count
    left: Count
    limit: Count


class Key(Model):
    """An API key, named by a fingerprint that cannot be turned back."""

    key: Annotated[str, Field(pattern="^[0-9a-f]{8}$")]
    usable: bool
    problem: str | None
    search: BucketState
    """Search calls."""
    default: BucketState
    """Units of all other calls."""


class YouTube(Model):
    """YouTube's API."""

    usable_keys: Count
    search_calls_left: Count
    units_left: Count
    resets_at: Time
    """The next midnight in California."""
    keys: list[Key]


class Instance(Model):
    """An Invidious instance of the operator's choice."""

    instance: str
    resting_until: Time | None
    """It failed, and is not asked before this."""
    problem: str | None


class Invidious(Model):
    """The fallback for when no key can search."""

    instances: list[Instance]


class Sources(Model):
    """Where videos come from."""

    youtube: YouTube
    invidious: Invidious


class Status(Model):
    """Whether all is well, and if not, why not."""

    healthy: bool
    """True if and only if there are no problems."""
    checked_at: Time
    problems: list[Trouble]
    """The gravest first."""
    pacing: Pacing
    poll_interval_seconds: Annotated[int, Field(ge=10)]
    sources: Sources
    queries: list[WatchedQuery]


class Problem(Model):
    """An error (RFC 9457)."""

    type: Annotated[str, Field(json_schema_extra={"format": "uri-reference"})]
    title: str
    """The status in words."""
    status: Annotated[int, Field(ge=400, le=599)]
    detail: str
    """What is the matter with this request."""
    instance: str
    """The request's id, as the service's log has it."""


class Fault(Model):
    """One thing that is wrong with one parameter."""

    parameter: str
    value: str | None
    """What was given, cut if it is long; null where the fault lies in several parameters together."""
    detail: str
    """What is allowed."""


class InvalidParameters(Problem):
    """An error of the request's parameters."""

    errors: Annotated[list[Fault], Field(min_length=1)]
    """All that is wrong."""

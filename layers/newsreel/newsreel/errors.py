"""Every exception that newsreel raises on purpose.

::

    NewsreelError
    ├── SettingsError          an environment variable is missing or wrong
    ├── TableUnavailable       DynamoDB did not do what was asked; asking again later may help
    ├── TableRefused           DynamoDB took a request for wrong; asking again does not help
    ├── ConditionFailed        a conditional write to DynamoDB found its condition not met
    ├── SecretUnreadable       Secrets Manager did not give a secret, or did not take one
    ├── QueueUnavailable       SQS, or EventBridge, did not take a message
    ├── PollsFailed            every poll that an event asked for failed
    ├── RequestError           a reader's request cannot be answered as it stands
    │   ├── InvalidParameters  400, each fault named
    │   ├── Changed            412, someone else has changed it meanwhile
    │   ├── NotRead            428, a change does not say which version it changes
    │   ├── TooMany            409, there is no room for another
    │   └── NotThere           404
    │       ├── UnknownQuery   not watched
    │       ├── UnknownTarget  nobody is told under this name
    │       └── UnknownVideo   not stored
    ├── TargetFailed           a target did not take what it was to be told
    └── SourceError            a source gave no videos
        ├── NoCallsLeft        no key may be asked now
        ├── DailyLimit         this key's bucket is spent until Pacific midnight
        ├── NoQuota            this key's project has no quota in this bucket at all
        ├── TooFast            too many calls in a short time; the key stays good
        ├── KeyRejected        this key or its project cannot be used
        ├── ChannelGone        a channel has no uploads that may be seen
        ├── BadCall            our own request is wrong; no other key would help
        └── SourceUnavailable  the source failed, was silent, or answered nonsense

Libraries' exceptions are translated into these where newsreel meets them: AWS's in `aws.calls`, the sources' in
`sources`, the targets' in `news`. No message holds an API key, a password or an address.
"""

from typing import NamedTuple


class NewsreelError(Exception):
    """Base of all of newsreel's own exceptions."""


class SettingsError(NewsreelError):
    """Environment variables are missing or wrong; the message names each and what is allowed."""


class TableUnavailable(NewsreelError):
    """DynamoDB throttled, failed or did not answer after the usual retries."""


class TableRefused(NewsreelError):
    """A request to DynamoDB is wrong, or not allowed, or there is no such table: a fault of newsreel's own."""


class ConditionFailed(NewsreelError):
    """The condition of a write did not hold, so nothing was written."""


class SecretUnreadable(NewsreelError):
    """Secrets Manager refused or did not answer; the message says why and holds nothing of the secret."""


class QueueUnavailable(NewsreelError):
    """SQS, or EventBridge, refused or did not answer."""


class PollsFailed(NewsreelError):
    """Every poll that an event of the queue asked for failed; each was logged."""


class RequestError(NewsreelError):
    """A reader's request cannot be answered as it stands."""


class Fault(NamedTuple):
    """One thing wrong with one parameter of a request."""

    parameter: str
    value: str | None
    problem: str


class InvalidParameters(RequestError):
    """Parameters of a request are wrong; `faults` lists every one of them."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(f"{fault.parameter}: {fault.problem}" for fault in faults))
        self.faults = faults


class Changed(RequestError):
    """What was to be changed is not as it was read."""


class NotRead(RequestError):
    """A change does not say which version was read, and could undo someone else's."""


class TooMany(RequestError):
    """There is no room for another."""


class NotThere(RequestError):
    """There is nothing at this address."""


NAMED_AT_MOST = 20
"""Watched queries that an answer names."""


class UnknownQuery(NotThere):
    """The query is not among those watched."""

    def __init__(self, query: str, watched: tuple[str, ...]) -> None:
        some = ", ".join(watched[:NAMED_AT_MOST]) + (", …" if len(watched) > NAMED_AT_MOST else "")
        super().__init__(f"query {query!r} is not watched; watched are: {some}" if watched else "no query is watched")


class UnknownTarget(NotThere):
    """Nobody is told under this name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(
            f"there is no target {name!r}; there are: {', '.join(known)}" if known else "there are no targets"
        )


class UnknownVideo(NotThere):
    """No video of that id is stored."""


class TargetFailed(NewsreelError):
    """A target did not take what it was to be told. The message holds nothing of its address.

    `sure`: it is known that nothing has arrived. `retry_after`: seconds that it asks to be left alone. `gone`: it says
    that it will never take anything again.
    """

    def __init__(self, problem: str, *, sure: bool, retry_after: int = 0, gone: bool = False) -> None:
        super().__init__(problem)
        self.sure = sure
        self.retry_after = retry_after
        self.gone = gone


class SourceError(NewsreelError):
    """A source gave no videos."""


class NoCallsLeft(SourceError):
    """No key of the ring may be asked now: all are spent, disabled, or there are none."""


class DailyLimit(SourceError):
    """The key's bucket is spent until Pacific midnight."""


class NoQuota(SourceError):
    """The key's project has a quota of zero in this bucket; midnight will not change that."""


class TooFast(SourceError):
    """Too many calls in a short time; the key stays good."""


class KeyRejected(SourceError):
    """The key, or its project, cannot be used at all."""


class ChannelGone(SourceError):
    """A channel was deleted, or made private, or has none."""


class BadCall(SourceError):
    """The source says that our request is wrong."""


class SourceUnavailable(SourceError):
    """The source failed, did not answer in time, or answered something that cannot be understood."""

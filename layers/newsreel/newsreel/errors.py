"""Every exception that newsreel raises on purpose.

::

    NewsreelError
    ├── SettingsError          an environment variable is missing or wrong
    ├── TableUnavailable       DynamoDB did not do what was asked; asking again later may help
    ├── ConditionFailed        a conditional write to DynamoDB found its condition not met
    ├── SecretUnreadable       Secrets Manager did not give a secret
    ├── PollsFailed            every poll that an event asked for failed
    ├── RequestError           a reader's request cannot be answered as it stands
    │   ├── InvalidParameters  400, each fault named
    │   ├── Changed            412, someone else has changed it meanwhile
    │   ├── NotRead            428, a change does not say which version it changes
    │   ├── TooManyQueries     409
    │   └── NotThere           404
    │       ├── UnknownQuery   not watched
    │       └── UnknownVideo   not stored
    └── SourceError            a source gave no videos
        ├── NoCallsLeft        no key may be asked now
        ├── DailyLimit         this key's bucket is spent until Pacific midnight
        ├── NoQuota            this key's project has no quota in this bucket at all
        ├── TooFast            too many calls in a short time; the key stays good
        ├── KeyRejected        this key or its project cannot be used
        ├── BadCall            our own request is wrong; no other key would help
        └── SourceUnavailable  the source failed, was silent, or answered nonsense

Libraries' exceptions are translated into these where newsreel meets them: AWS's in `aws.calls`, the sources' in
`sources`. No message holds an API key.
"""

from typing import NamedTuple


class NewsreelError(Exception):
    """Base of all of newsreel's own exceptions."""


class SettingsError(NewsreelError):
    """Environment variables are missing or wrong; the message names each and what is allowed."""


class TableUnavailable(NewsreelError):
    """DynamoDB refused, throttled or did not answer after the usual retries."""


class ConditionFailed(NewsreelError):
    """The condition of a write did not hold, so nothing was written."""


class SecretUnreadable(NewsreelError):
    """Secrets Manager refused or did not answer; the message says why and holds nothing of the secret."""


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


class TooManyQueries(RequestError):
    """No further query can be watched."""


class NotThere(RequestError):
    """There is nothing at this address."""


NAMED_AT_MOST = 20
"""Watched queries that an answer names."""


class UnknownQuery(NotThere):
    """The query is not among those watched."""

    def __init__(self, query: str, watched: tuple[str, ...]) -> None:
        some = ", ".join(watched[:NAMED_AT_MOST]) + (", …" if len(watched) > NAMED_AT_MOST else "")
        super().__init__(f"query {query!r} is not watched; watched are: {some}" if watched else "no query is watched")


class UnknownVideo(NotThere):
    """No video of that id is stored."""


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


class BadCall(SourceError):
    """The source says that our request is wrong."""


class SourceUnavailable(SourceError):
    """The source failed, did not answer in time, or answered something that cannot be understood."""

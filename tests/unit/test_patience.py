"""How long functions wait for a service that hangs, against the time that they, and those who ask, have."""

from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

import functions.api.app as api
import functions.editor.app as editor
import functions.fetcher.app as fetcher
import functions.notifier.app as notifier
from local.machine import ROOT
from local.template import Template
from newsreel.aws.clients import ANSWERING, WORKING, Patience

TEMPLATE = Template(ROOT / "template.yaml", {})


@pytest.mark.parametrize(
    ("app", "function", "patience", "at_most"),
    [
        (api, "ApiFunction", ANSWERING, 3),
        (editor, "EditorFunction", ANSWERING, 3),
        (fetcher, "FetcherFunction", WORKING, 25),
        (notifier, "NotifierFunction", WORKING, 25),
    ],
    ids=["api", "editor", "fetcher", "notifier"],
)
def test_a_table_that_hangs_is_given_up_in_time(
    app: Any, function: str, patience: Patience, at_most: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://dynamodb.test")
    waited: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time.sleep", waited.append)

    def hang(**_: Any) -> None:
        waited.append(max(client.meta.config.read_timeout, client.meta.config.connect_timeout))
        raise ReadTimeoutError(endpoint_url="http://dynamodb.test")

    client: Any = app.dynamodb.__wrapped__()
    client.meta.events.register("before-send.dynamodb", hang)
    with pytest.raises(ReadTimeoutError):
        client.batch_get_item(RequestItems={})
    attempts, pauses = waited[::2], waited[1::2]
    assert attempts == [max(patience.read, patience.connect)] * patience.attempts
    # Each pause is a random part of one second, of two, of four.
    longest = [2**number for number in range(patience.attempts - 1)]
    assert all(pause <= most for pause, most in zip(pauses, longest, strict=True))
    assert sum(attempts) + sum(longest) <= at_most
    assert at_most < TEMPLATE.function(function)["Timeout"]


def test_no_event_of_the_schedule_lasts_until_the_next() -> None:
    minute = 60
    assert TEMPLATE.function("FetcherFunction")["Timeout"] < minute
    (schedule,) = (
        each for each in TEMPLATE.function("FetcherFunction")["Events"].values() if each["Type"] == "ScheduleV2"
    )
    assert schedule["Properties"]["RetryPolicy"] == {"MaximumRetryAttempts": 0, "MaximumEventAgeInSeconds": minute}

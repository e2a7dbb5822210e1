"""Claims: of any number of invocations that want to do one piece of work, one does it, and a killed one is replaced.

The claim and the work's state are one item of the state table. A claim that ran out counts no more; who lost it may not
write the outcome.
"""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from newsreel.aws.attributes import Attributes, packed
from newsreel.aws.calls import condition_held
from newsreel.times import CLOCK_SLACK, stamp

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LEASE = timedelta(seconds=30)
"""How long a claim holds: as long as the fetcher may run, so that what was killed is soon taken up again."""


def new_claim_id() -> str:
    """An id for one claim."""
    return f"{random.getrandbits(48):012x}"


class Claims:
    """The claims of one kind of work, through a DynamoDB client; `key` makes an item's key of the work's name."""

    def __init__(self, client: "DynamoDBClient", table: str, key: Callable[[str], Attributes]) -> None:
        self._client = client
        self._table = table
        self._key = key

    def take(
        self,
        name: str,
        claim_id: str,
        now: datetime,
        *,
        or_due: str = "",
        values: Mapping[str, Any] | None = None,
        and_then: str = "",
    ) -> Attributes | None:
        """Claim a piece of work for `LEASE`; its item, or None where it is not due or someone else has it.

        It is due from the item's `due_at` on, without one at once, or under the further condition `or_due`, which may
        use `values`; `and_then` changes the item further. A claim or a due time that lies too far ahead was written by
        a wrong clock and does not count. Raises TableUnavailable.
        """
        answer = condition_held(
            self._client.update_item,
            TableName=self._table,
            Key=self._key(name),
            UpdateExpression=f"SET claim_id = :id, claimed_until = :until{and_then}",
            ConditionExpression=(
                f"(attribute_not_exists(due_at) OR due_at <= :now OR planned_at > :ahead{or_due})"
                " AND (attribute_not_exists(claimed_until) OR claimed_until <= :now OR claimed_until > :far)"
            ),
            ExpressionAttributeValues=packed(
                {
                    ":id": claim_id,
                    ":until": stamp(now + LEASE),
                    ":now": stamp(now),
                    ":ahead": stamp(now + CLOCK_SLACK),
                    ":far": stamp(now + LEASE + CLOCK_SLACK),
                    **(values or {}),
                }
            ),
            ReturnValues="ALL_NEW",
        )
        return answer["Attributes"] if answer else None

    def give_back(self, name: str, claim_id: str, values: Mapping[str, Any]) -> bool:
        """Write the work's state, what is None removed, and end the claim; False where it was lost meanwhile.

        Raises TableUnavailable.
        """
        kept = {name: value for name, value in values.items() if value is not None}
        gone = ["claim_id", "claimed_until", *(name for name, value in values.items() if value is None)]
        answer = condition_held(
            self._client.update_item,
            TableName=self._table,
            Key=self._key(name),
            UpdateExpression="SET "
            + ", ".join(f"#{name} = :{name}" for name in kept)
            + " REMOVE "
            + ", ".join(f"#{name}" for name in gone),
            ConditionExpression="#claim_id = :claim",
            ExpressionAttributeNames={f"#{name}": name for name in (*kept, *gone)},
            ExpressionAttributeValues=packed(
                {":claim": claim_id, **{f":{name}": value for name, value in kept.items()}}
            ),
        )
        return answer is not None

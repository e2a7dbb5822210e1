"""What DynamoDB would delete by itself."""

from datetime import UTC, datetime

from local.expiry import delete_expired
from local.template import TABLE, Template
from tests.tables import Tables

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_only_what_has_expired_is_deleted(tables: Tables, template: Template) -> None:
    expiries = {"old": NOW.timestamp() - 1, "new": NOW.timestamp() + 1, "kept": None}
    for name, expiry in expiries.items():
        item = {"pk": {"S": name}, "sk": {"S": "a"}} | ({"expires_at": {"N": str(int(expiry))}} if expiry else {})
        tables.client.put_item(TableName=tables.state, Item=item)
    delete_expired(tables.client, tables.state, template.of_type(TABLE)["StateTable"], NOW)
    left = tables.client.scan(TableName=tables.state)["Items"]
    assert {item["pk"]["S"] for item in left} == {"new", "kept"}

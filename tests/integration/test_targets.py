"""Making, changing and removing targets: by whom, with which faults, and where their addresses are."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

import functions.editor.app as editor
from newsreel.aws.claims import LEASE
from newsreel.errors import Changed, InvalidParameters, TableUnavailable
from newsreel.news import target as declared
from newsreel.news.addresses import Addresses
from newsreel.news.target import FIELDS, TARGETS_AT_MOST, Target
from newsreel.news.targets import Targets
from tests.killed import Killed
from tests.receiving import HOOK, change_target, make_target
from tests.tables import NOW, Tables
from tests.world import World

CHAT = "discord://123456789012345678/very-secret"
WHOLE: dict[str, Any] = {
    "queries": ["cricket", "tennis"],
    "filters": {"search": "world cup", "min_duration": "60", "shorts": "none"},
    "language": "de",
    "digest": "daily",
    "digest_hour": 7,
    "zone": "Asia/Kolkata",
    "paused": True,
}
DEFAULTS: dict[str, Any] = {
    "queries": [],
    "filters": {},
    "language": "en",
    "digest": "each",
    "digest_hour": 8,
    "zone": "UTC",
    "paused": False,
}


def secret(world: World) -> dict[str, Any]:
    """What is kept of addresses."""
    value = world._secrets.get_secret_value(SecretId=world.environ["TARGETS_SECRET_ID"])  # noqa: SLF001
    found: dict[str, Any] = json.loads(value["SecretString"])
    return found


def faults(answer: Any) -> dict[str, str]:
    assert answer.status_code == 400, answer.text
    return {fault["parameter"]: fault["detail"] for fault in answer.get_json()["errors"]}


def test_a_webhook_is_made_with_a_secret_that_is_shown_once(world: World) -> None:
    made = make_target(world, "team chat", **WHOLE)
    body = made.get_json()
    assert len(body.pop("secret")) == 43
    assert body == {"target": "team chat", "kind": "webhook", **WHOLE}
    there = world.get("/targets/team%20chat")
    assert there.headers["ETag"] == made.headers["ETag"] == '"1"'
    assert there.get_json() == body
    (listed,) = world.get("/targets").get_json()["targets"]
    assert (listed["target"], listed["state"], listed["settings"]) == ("team chat", "paused", body)
    (kept,) = secret(world).values()
    assert kept["url"] == HOOK


def test_what_is_left_out_becomes_the_default_but_for_kind_and_address(world: World) -> None:
    make_target(world, "chat", kind="apprise", address=CHAT, **WHOLE)
    changed = change_target(world)
    assert changed.status_code == 200
    assert changed.get_json() == {"target": "chat", "kind": "apprise", "secret": None, **DEFAULTS}
    (kept,) = secret(world).values()
    assert kept == {"url": CHAT, "signing_key": ""}


def test_an_address_that_is_given_again_gets_a_new_secret(world: World) -> None:
    first = make_target(world).get_json()["secret"]
    again = change_target(world, address=HOOK).get_json()["secret"]
    assert again
    assert again != first
    (kept,) = secret(world).values()
    assert kept["signing_key"] == again
    assert change_target(world, paused=True).get_json()["secret"] is None


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"kind", "address"}),
        ({"kind": "webhook"}, {"address"}),
        ({"kind": "webhook", "address": None}, {"address"}),
        ({"address": HOOK}, {"kind"}),
        ({"kind": "pigeon", "address": HOOK}, {"kind"}),
        ({"kind": "webhook", "address": "https://user:pass@receiver.test/"}, {"address"}),
        ({"kind": "webhook", "address": "ftp://receiver.test/"}, {"address"}),
        ({"kind": "webhook", "address": "https://receiver.test/#here"}, {"address"}),
        ({"kind": "webhook", "address": "https://"}, {"address"}),
        ({"kind": "webhook", "address": "receiver.test"}, {"address"}),
        ({"kind": "webhook", "address": "https://receiver.test/" + "x" * 1000}, {"address"}),
        ({"kind": "webhook", "address": 7}, {"address"}),
        ({"kind": "apprise", "address": HOOK}, {"address"}),
        ({"kind": "apprise", "address": "file:///etc/passwd"}, {"address"}),
        ({"kind": "apprise", "address": "discord"}, {"address"}),
        ({"adress": CHAT, "kind": "apprise"}, {"adress", "address"}),
        ({"queries": "cricket"}, {"queries", "kind", "address"}),
        ({"queries": [7], "digest_hour": 24, "zone": "Mars"}, {"queries", "digest_hour", "zone", "kind", "address"}),
        ({"zone": "../../etc/passwd", "language": "english!"}, {"zone", "language", "kind", "address"}),
        ({"paused": "yes", "queries": ["x" * 101]}, {"paused", "queries", "kind", "address"}),
        ({"digest": "weekly", "digest_hour": True}, {"digest", "digest_hour", "kind", "address"}),
        ({"filters": []}, {"filters", "kind", "address"}),
        ({"filters": {"search": "x"}}, {"filters.search", "kind", "address"}),
        ({"filters": {"order": "newest"}}, {"filters.order", "kind", "address"}),
        (
            {"filters": {"min_duration": -1, "shorts": "a"}},
            {"filters.min_duration", "filters.shorts", "kind", "address"},
        ),
        ({"filters": {"min_duration": 9, "max_duration": 8}}, {"filters.max_duration", "kind", "address"}),
    ],
)
def test_every_fault_is_named_at_once_and_no_address(world: World, body: Any, wrong: set[str]) -> None:
    answer = world.client().put("/targets/chat", json=body)
    assert faults(answer).keys() == wrong
    assert all(faults(answer).values())
    assert not [each for each in ("pass@", "very-secret", "receiver.test", "etc/passwd/") if each in answer.text]
    assert world.get("/targets").get_json() == {"targets": []}
    assert secret(world) == {}


def test_only_one_machine_takes_what_is_not_https(world: World) -> None:
    make_target(world, "here", address="http://127.0.0.1:3001/hook")
    world.configure(TARGET_ADDRESSES="public")
    answer = world.client().put("/targets/there", json={"kind": "webhook", "address": "http://receiver.test/hook"})
    assert faults(answer).keys() == {"address"}
    make_target(world, "there")


@pytest.mark.parametrize("name", ["x" * 51, "%20", "a%2Fb", "%0A", "%E2%80%8B"])
def test_names_that_are_none(world: World, name: str) -> None:
    answer = world.client().put(f"/targets/{name}", json={"kind": "webhook", "address": HOOK})
    assert answer.status_code in (400, 404, 405)
    assert world.get("/targets").get_json() == {"targets": []}


def test_the_kind_stays(world: World) -> None:
    make_target(world)
    assert faults(change_target(world, kind="apprise", address=CHAT)) == {"kind": "cannot be changed; it is webhook"}


def test_a_change_names_the_version_that_it_changes(world: World) -> None:
    make_target(world)
    assert world.client().put("/targets/chat", json={}).status_code == 428
    assert change_target(world, match='"7"').status_code == 412
    assert change_target(world, match='"1"', paused=True).headers["ETag"] == '"2"'
    assert change_target(world, match='"1"').status_code == 412
    taken = world.client().put("/targets/chat", json={}, headers={"If-None-Match": "*"})
    assert taken.status_code == 412
    delete = world.client().delete
    assert delete("/targets/chat").status_code == 428
    assert delete("/targets/chat", headers={"If-Match": '"1"'}).status_code == 412
    assert delete("/targets/chat", headers={"If-Match": '"2"'}).status_code == 204
    assert delete("/targets/chat", headers={"If-Match": '"2"'}).status_code == 412
    assert delete("/targets/chat").status_code == 404
    assert world.get("/targets/chat").status_code == 404
    # No version comes twice.
    assert make_target(world).headers["ETag"] == '"4"'


def test_addresses_that_no_target_has_are_forgotten(world: World) -> None:
    make_target(world, "one")
    make_target(world, "two")
    assert len(secret(world)) == 2
    change_target(world, "two", address=f"{HOOK}/2")
    assert sorted(each["url"] for each in secret(world).values()) == [HOOK, f"{HOOK}/2"]
    world.client().delete("/targets/one", headers={"If-Match": "*"})
    assert [each["url"] for each in secret(world).values()] == [f"{HOOK}/2"]


def test_there_is_room_for_so_many(world: World) -> None:
    for number in range(TARGETS_AT_MOST):
        make_target(world, f"target {number}", address=f"https://receiver.test/{'x' * 900}")
    answer = world.client().put("/targets/more", json={"kind": "webhook", "address": HOOK})
    assert (answer.status_code, answer.get_json()["detail"]) == (409, f"there may be at most {TARGETS_AT_MOST} targets")
    assert len(json.dumps(secret(world))) < 65_536


def test_only_one_changes_addresses_at_a_time_and_who_died_is_waited_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Targets, "put", die)
        with pytest.raises(Killed):
            make_target(world)
    targets = editor.targets()
    with targets.addresses_held(world.now):
        answer = world.client().put("/targets/chat", json={"kind": "webhook", "address": HOOK})
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    make_target(world)
    world.now += LEASE
    make_target(world, "other")
    assert len(secret(world)) == 2


@pytest.mark.parametrize("dies_at", ["Addresses.put", "Targets.put"])
def test_whoever_dies_in_between_leaves_what_was_there(
    world: World, monkeypatch: pytest.MonkeyPatch, dies_at: str
) -> None:
    make_target(world)
    before = world.get("/targets/chat").get_json()
    kind, name = dies_at.split(".")
    where = {"Addresses": Addresses, "Targets": Targets}[kind]
    done = getattr(where, name)

    def die(*arguments: Any) -> None:
        if kind == "Addresses":
            done(*arguments)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(where, name, die)
        with pytest.raises(Killed):
            change_target(world, address="https://receiver.test/other", paused=True)
    assert world.get("/targets/chat").get_json() == before
    (target,) = editor.targets().read()
    assert editor.addresses().find(target.address_id, world.now).url == HOOK
    world.now += LEASE
    assert change_target(world, address="https://receiver.test/third").status_code == 200
    (kept,) = secret(world).values()
    assert kept["url"] == "https://receiver.test/third"


def test_a_secret_that_cannot_be_written_leaves_no_target(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": CHAT}}, "PutSecretValue")

    monkeypatch.setattr(world._secrets, "put_secret_value", refuse, raising=False)  # noqa: SLF001
    answer = world.client().put("/targets/chat", json={"kind": "apprise", "address": CHAT})
    assert answer.status_code == 503
    assert "very-secret" not in answer.text
    assert world.get("/targets").get_json() == {"targets": []}


def test_readers_see_targets_and_only_the_editor_changes_them(world: World) -> None:
    make_target(world)
    world.set_passwords(reader="r", editor="e")
    world.configure(ACCESS="private")
    client, path = world.client(), "/targets/chat"
    assert client.get("/targets").status_code == client.get(path).status_code == 401
    assert client.get("/targets", auth=("reader", "r")).status_code == 200
    for send in (client.put, client.delete):
        assert send(path, headers={"If-Match": "*"}, auth=("reader", "r")).status_code == 401
    assert client.put(f"{path}/test", auth=("reader", "r")).status_code == 401
    assert client.put(f"{path}/test", auth=("editor", "e")).status_code == 202
    assert client.put(path, json={}, headers={"If-Match": "*"}, auth=("editor", "e")).status_code == 200
    assert client.delete(path, headers={"If-Match": "*"}, auth=("editor", "e")).status_code == 204


def test_an_address_is_in_no_table_no_answer_and_no_log(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level("DEBUG")
    make_target(world, address="https://receiver.test/very-secret")
    make_target(world, "other", kind="apprise", address=CHAT)
    change_target(world, "other", address=CHAT.replace("discord", "no good"))
    change_target(world, "other", adress=CHAT)
    world.client().put("/targets/chat/test")
    world.configure(TARGET_ADDRESSES="public")
    world.settle()
    shown = world.get("/targets").text + world.get("/targets/chat").text + world.get("/status").text
    items = json.dumps(world.dynamodb.scan(TableName=world.environ["STATE_TABLE"])["Items"])
    assert "team" not in shown
    assert "very-secret" not in shown + items + caplog.text + "".join(capfd.readouterr())


def test_the_declared_fields_are_those_of_a_target() -> None:
    own = {"name", "uid", "address_id", "version"}
    assert {field.name for field in FIELDS} - {"address"} == set(Target._fields) - own
    for field in FIELDS:
        if "default" in field.schema:
            default = Target._field_defaults[field.name]
            assert field.schema["default"] == (list(default) if isinstance(default, tuple) else default)


# ---- the table, on each engine ---------------------------------------------------------------------------------------


def test_a_target_comes_back_as_it_was_put(any_tables: Tables) -> None:
    targets = Targets(any_tables.client, any_tables.state)
    wanted = Target("chat", "webhook", ("cricket",), {"search": "final"}, "de", "daily", 0, "UTC", True, "uid", "id")  # noqa: FBT003
    written = targets.put(wanted, NOW)
    assert targets.find("chat") == written == wanted._replace(version=1)
    assert targets.put(Target("bare", "apprise"), NOW) == targets.find("bare")
    assert [target.name for target in targets.read()] == ["bare", "chat"]
    targets.remove(written, NOW)
    assert targets.find("chat") is None
    assert [target.name for target in targets.read()] == ["bare"]


def test_of_many_changes_at_once_one_holds(any_tables: Tables) -> None:
    targets = Targets(any_tables.client, any_tables.state)
    written = targets.put(Target("chat", "webhook"), NOW)

    def change(language: str) -> bool:
        try:
            targets.put(written._replace(language=language), NOW)
        except Changed:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(change, ["de", "fr", "it", "es", "pt", "ja", "zh", "hi"])) == 1


def test_addresses_are_held_by_one(any_tables: Tables) -> None:
    targets = Targets(any_tables.client, any_tables.state)
    with targets.addresses_held(NOW), pytest.raises(TableUnavailable), targets.addresses_held(NOW):
        pass
    with targets.addresses_held(NOW):
        pass
    with targets.addresses_held(NOW + timedelta(hours=1)):
        pass


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_no_body_raises_anything_but_its_faults(body: Any) -> None:
    for each in (body, {"filters": body}, {"address": body}, {"zone": body}, {"queries": body}):
        with pytest.raises(InvalidParameters):
            declared.read(each, None, anywhere=False)

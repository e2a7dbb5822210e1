"""Who a request is from: headers read strictly, roles by name and password, and nothing raised whatever is sent."""

import base64
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.settings import Access
from newsreel.web.access import Credentials, Role, may, read_credentials, read_passwords, role_of, wanted

READER, EDITOR = "reader's-pässwörd", "editor's:password"
PASSWORDS = read_passwords(json.dumps({"reader": READER, "editor": EDITOR}))


def basic(name: str, password: str, encoding: str = "utf-8") -> str:
    """The header of HTTP Basic."""
    return "Basic " + base64.b64encode(f"{name}:{password}".encode(encoding, "surrogatepass")).decode()


def who(header: str) -> Role | None:
    given = read_credentials(header)
    return given and role_of(given, PASSWORDS)


@pytest.mark.parametrize(
    ("access", "editing", "role"),
    [
        ("private", False, "reader"),
        ("private", True, "editor"),
        ("public", False, None),
        ("public", True, "editor"),
        ("local", False, None),
        ("local", True, None),
    ],
)
def test_what_a_request_needs(access: Access, role: Role | None, *, editing: bool) -> None:
    assert wanted(access, editing=editing) == role


def test_an_editor_may_read_and_a_reader_may_not_edit() -> None:
    assert [may(role, "reader") for role in (None, "reader", "editor")] == [False, True, True]
    assert [may(role, "editor") for role in (None, "reader", "editor")] == [False, False, True]


@pytest.mark.parametrize(
    ("header", "role"),
    [
        (basic("reader", READER), "reader"),
        (basic("editor", EDITOR), "editor"),
        (basic("reader", READER).replace("Basic ", "bAsIc   "), "reader"),
        ("Bearer editor's:password", "editor"),
        ("bearer   editor's:password", "editor"),
        # As requests sends it, whatever charset the challenge names.
        (basic("reader", READER, "latin-1"), "reader"),
        # As keyboards of some systems compose it.
        (basic("reader", unicodedata.normalize("NFD", READER)), "reader"),
    ],
)
def test_the_right_password_gives_its_role(header: str, role: Role) -> None:
    assert who(header) == role


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        READER,
        EDITOR,
        f"Token {EDITOR}",
        f"Bearer {EDITOR} ",
        f" Bearer {EDITOR}",
        f"Bearer {EDITOR}, Bearer {EDITOR}",
        f"Bearer\t{EDITOR}",
        f"Bearer {basic('editor', EDITOR)}",
        basic("reader", EDITOR),
        basic("editor", READER),
        basic("", READER),
        basic("Reader", READER),
        basic("reader ", READER),
        basic("admin", READER),
        basic("reader", ""),
        basic("reader", READER + "\n"),
        basic("reader", " " + READER),
        basic("reader", READER.upper()),
        basic("reader", READER)[:-1],
        basic("reader", READER) + "=",
        basic("reader", READER) + "!",
        basic("reader", READER).replace(" ", "\t"),
        basic("reader", READER) + ", " + basic("reader", READER),
        "Basic " + base64.b64encode(READER.encode()).decode(),
        "Basic " + base64.b64encode(b"reader").decode(),
        "Basic reader:" + READER,
        "Basic ====",
        "Ba\N{LATIN SMALL LETTER LONG S}ic " + base64.b64encode(b"reader:x").decode(),
    ],
)
def test_whatever_else_is_sent_gives_none(header: str) -> None:
    assert who(header) is None


@given(st.text() | st.text().map("Basic {}".format) | st.text().map("Bearer {}".format))
def test_no_header_raises_or_gets_in(header: str) -> None:
    assert who(header) is None


@given(st.binary(max_size=60))
def test_no_bytes_raise_or_get_in(pair: bytes) -> None:
    assert who("Basic " + base64.b64encode(pair).decode()) is None


@given(st.text(st.characters(codec="utf-8"), min_size=1).filter(str.strip), st.sampled_from(["reader", "editor"]))
def test_any_password_can_be_sent(password: str, name: str) -> None:
    given = read_credentials(basic(name, password))
    passwords = read_passwords(json.dumps({name: password}))
    assert given
    assert role_of(given, passwords) == name


@pytest.mark.parametrize("text", ["", " ", "reader", "[]", "7", '"reader"', '{"reader": "a"', "[" * 100_000, "null"])
def test_what_is_no_object_lets_nobody_in(text: str) -> None:
    assert read_passwords(text) == {}


@pytest.mark.parametrize("value", [None, "", "  ", 7, ["a"], {"a": "b"}, True])
def test_an_empty_password_lets_nobody_in(value: object) -> None:
    passwords = read_passwords(json.dumps({"reader": value, "editor": EDITOR}))
    assert passwords.keys() == {"editor"}
    for sent in ("", "  ", "7", "None", "null", "True"):
        assert role_of(Credentials("reader", sent), passwords) is None
        assert role_of(Credentials(None, sent), passwords) is None
    assert role_of(Credentials("editor", EDITOR), passwords) == "editor"


@given(st.text() | st.dictionaries(st.sampled_from(["reader", "editor", "x"]), st.text()).map(json.dumps))
def test_no_secret_raises_and_what_it_holds_can_be_used(text: str) -> None:
    for role, digest in read_passwords(text).items():
        assert role in ("reader", "editor")
        assert len(digest) == 32


def test_a_secret_may_begin_with_a_byte_order_mark() -> None:
    assert read_passwords('\ufeff{"reader": "a"}').keys() == {"reader"}


def test_who_has_both_roles_passwords_has_the_higher_one() -> None:
    same = read_passwords('{"reader": "one", "editor": "one"}')
    assert role_of(Credentials(None, "one"), same) == "editor"
    assert role_of(Credentials("reader", "one"), same) == "reader"
    assert role_of(Credentials("editor", "one"), same) == "editor"


def test_passwords_are_kept_as_digests() -> None:
    assert all(len(digest) == 32 for digest in PASSWORDS.values())
    assert READER not in repr(PASSWORDS)

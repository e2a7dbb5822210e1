"""The page that says what is kept: it follows the settings, and trusts no text of theirs."""

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from tests.world import World


class Links(HTMLParser):
    """The addresses that a page leads to, and its elements' names."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.names: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.addresses += [value or "" for name, value in attrs if tag == "a" and name == "href"]


def test_it_says_what_is_kept_and_for_how_long(world: World) -> None:
    world.configure(RETENTION_DAYS="400", LOG_RETENTION_DAYS="1")
    page = world.get("/privacy")
    assert page.content_type == "text/html; charset=utf-8"
    text = re.sub(r"\s+", " ", page.text)
    assert "kept for 400 days at most" in text
    assert "No copy is older than 30 days" in text
    assert "your IP address" in text
    assert "kept for 1 day, to find faults" in text
    assert "YouTube API Services" in text
    assert "Invidious" not in text


def test_it_leads_to_the_terms_the_policy_and_the_videos(world: World) -> None:
    addresses = Links(world.get("/privacy").text).addresses
    assert {"./", "https://www.youtube.com/t/terms", "https://policies.google.com/privacy"} == set(addresses)


def test_it_says_what_becomes_of_the_password_where_one_is_asked_for(world: World) -> None:
    assert "The password" not in world.get("/privacy").text
    world.set_passwords(reader="a-password")
    world.configure(ACCESS="private")
    page = world.get("/privacy", Authorization="Bearer a-password").text
    assert "The password" in page
    assert "a-password" not in page


def test_it_names_the_fallback_where_there_is_one(world: World) -> None:
    world.configure(INVIDIOUS_URLS="https://instance.test")
    assert "Invidious" in world.get("/privacy").text


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("operator@example.org", "mailto:operator@example.org"),
        ("a+b&c=d@example.org", "mailto:a%2Bb%26c%3Dd@example.org"),
        ("https://example.org/ask?a=1&b=2", "https://example.org/ask?a=1&b=2"),
    ],
)
def test_it_names_whom_to_ask(world: World, contact: str, address: str) -> None:
    world.configure(OPERATOR_CONTACT=contact)
    assert address in Links(world.get("/privacy").text).addresses


def test_without_a_contact_it_says_so(world: World) -> None:
    world.configure(OPERATOR_CONTACT="")
    assert "whoever gave you this address" in world.get("/privacy").text


@pytest.mark.parametrize(
    "contact",
    [
        '"><script>alert(1)</script>@example.org',
        "'onmouseover='alert(1)'@example.org",
        'https://example.org/"><script>alert(1)</script>',
    ],
)
def test_a_hostile_contact_stays_text(world: World, contact: str) -> None:
    world.configure(OPERATOR_CONTACT="operator@example.org")
    harmless = Links(world.get("/privacy").text)
    world.configure(OPERATOR_CONTACT=contact)
    page = Links(world.get("/privacy").text)
    assert page.names == harmless.names
    assert len(page.addresses) == len(harmless.addresses)
    assert all(re.match(r"\./|https://|mailto:", address) for address in page.addresses)


def test_its_policy_allows_its_own_style_alone(world: World) -> None:
    page = world.get("/privacy")
    (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = page.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'")
    assert "script-src" not in policy
    assert "unsafe" not in policy

"""Query parameters: read strictly, with every fault told at once."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsreel.errors import InvalidParameters, UnknownQuery
from newsreel.library.listing import Listing
from newsreel.library.page import PAGE_SIZE_DEFAULT
from newsreel.web.parameters import PAGE, VALUE_SHOWN, page_request, read

WATCHED = ("cricket", "live chess")
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def faults(raw: str) -> dict[str, str | None]:
    """The parameters that are wrong, with their values."""
    with pytest.raises(InvalidParameters) as raised:
        page_request(raw, WATCHED)
    return {fault.parameter: fault.value for fault in raised.value.faults}


def test_nothing_said_means_the_newest_of_the_first_query() -> None:
    request = page_request("", WATCHED)
    assert (request.listing, request.cursor, request.page_size) == (Listing("cricket"), None, PAGE_SIZE_DEFAULT)


def test_everything_said_is_read() -> None:
    raw = (
        "query=live+chess&order=oldest&published_after=2026-11-23T12:00:00Z&published_before=2026-11-23T13:00:01%2B01:00"
        "&channel_id=UC-_1&live=live&page_size=50&cursor=abc"
    )
    request = page_request(raw, WATCHED)
    assert request.listing == Listing("live chess", "oldest", NOON, NOON.replace(second=1), "UC-_1", "live")
    assert (request.cursor, request.page_size) == ("abc", 50)


@pytest.mark.parametrize(
    "size", ["0", "-1", "51", "1000000", "ten", "1.0", " 5", "+5", "\N{ARABIC-INDIC DIGIT FIVE}", "0x5", "9" * 5000]
)
def test_page_sizes_out_of_bounds_are_faults(size: str) -> None:
    assert faults(urlencode({"page_size": size})) == {"page_size": size[:VALUE_SHOWN]}


@pytest.mark.parametrize(
    "time",
    ["yesterday", "2026-11-23", "2026-11-23T12:00:00", "1795435200", "2026-02-30T12:00:00Z", "2026-11-23T24:01:00Z"],
)
@pytest.mark.parametrize("name", ["published_after", "published_before"])
def test_times_without_a_zone_and_other_texts_are_faults(name: str, time: str) -> None:
    assert faults(urlencode({name: time})) == {name: time}


def test_a_fraction_of_a_second_leaves_out_what_came_before_it() -> None:
    listing = page_request("published_after=2026-11-23T12:00:00.001Z", WATCHED).listing
    assert listing.published_after == NOON.replace(second=1)


def test_all_faults_are_told_at_once() -> None:
    assert faults("order=up&live=&page_size=0&page_size=1&colour=red") == {
        "order": "up",
        "live": "",
        "page_size": "1",
        "colour": "red",
    }


def test_a_stretch_must_have_its_end_after_its_start() -> None:
    assert "published_before" in faults("published_after=2026-11-23T12:00:00Z&published_before=2026-11-23T12:00:00Z")


def test_a_query_that_is_not_watched_is_unknown() -> None:
    with pytest.raises(UnknownQuery, match="cricket, live chess"):
        page_request("query=Cricket", WATCHED)


names = st.sampled_from([parameter.name for parameter in PAGE]) | st.text(max_size=10)
pairs = st.lists(st.tuples(names, st.text(max_size=30) | st.integers().map(str) | st.datetimes().map(str)), max_size=6)


@given(pairs.map(urlencode) | st.text())
def test_no_query_string_raises_anything_else(raw: str) -> None:
    try:
        read(raw, PAGE)
        request = page_request(raw, WATCHED)
    except (InvalidParameters, UnknownQuery) as error:
        assert str(error)  # noqa: PT017 - one of two good ends
    else:
        assert 1 <= request.page_size <= 50
        assert request.listing.query in WATCHED

"""What is said of new videos: whole where it fits, cut and counted where it does not, and calling nobody."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from newsreel.aws.attributes import Attributes
from newsreel.library.item import to_item
from newsreel.news.outbox_state import Event
from newsreel.news.said import LINE_AT_MOST, Said, say
from newsreel.texts import utf_8
from newsreel.times import stamp
from newsreel.video import Video

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
TITLES = st.text(max_size=250).map(utf_8)


def item(number: int, title: str, channel: str = "A channel") -> Attributes:
    published = stamp(NOW - timedelta(minutes=number))
    video = Video(
        f"video{number:06d}", "cricket", published, stamp(NOW), stamp(NOW), title=title, channel_title=channel
    )
    return to_item(video, timedelta(days=28))


def said(*titles: str, left_out: int = 0, queries: tuple[str, ...] = ("cricket",)) -> Said:
    items = [item(number, title) for number, title in enumerate(titles)]
    videos = tuple((queries[number % len(queries)], each["video_id"]["S"]) for number, each in enumerate(items))
    return say(Event("event", NOW, videos, left_out), items, "en", NOW)


@given(titles=st.lists(TITLES, min_size=1, max_size=12), most=st.integers(40, 3000), left_out=st.integers(0, 200))
def test_it_fits_and_counts_what_it_leaves_out(titles: list[str], most: int, left_out: int) -> None:
    message = said(*titles, left_out=left_out)
    for text in (
        message.text(most),
        message.text(most, markdown=True),
        message.html(most),
        message.html(most, pictures=True),
    ):
        assert len(text) <= most
        if "in all" in text:
            assert most < 200
            continue
        shown = len(re.findall(r"watch\?v=video\d{6}", text))
        more = len(titles) + left_out - shown
        assert (f"… and {more} more" in text) == (more > 0)


@given(title=TITLES)
def test_a_title_is_text_and_nothing_else(title: str) -> None:
    class Tags(HTMLParser):
        found: list[str]

        def handle_starttag(self, tag: str, _attributes: object) -> None:
            self.found.append(tag)

    message = said(title)
    tags = Tags()
    tags.found = []
    tags.feed(message.html(5000))
    assert tags.found == ["p", "a", "br"]
    assert "@everyone" not in message.text(5000)
    assert not re.search(r"@\w", message.text(5000))
    assert message.text(5000).count("\n") == 2
    assert len(message.lines[0].title) <= LINE_AT_MOST


def test_where_there_is_hardly_room_a_link_is_still_there() -> None:
    message = said(*(f"{'A title that is rather long for a text message ' * 3}{number}" for number in range(5)))
    assert message.text(150).splitlines()[1] == "https://www.youtube.com/watch?v=video000004"
    assert message.text(150).endswith("… and 4 more")
    assert message.text(65).splitlines() == ["https://www.youtube.com/watch?v=video000004", "", "… and 4 more"]
    assert message.text(20) == "5 in all"
    assert 'href="https://www.youtube.com/watch?v=video000004"' in message.html(150)


def test_a_headline_names_some_queries() -> None:
    assert said("a").headline == "cricket: a new video"
    assert said("a", "b").headline == "cricket: 2 new videos"
    assert said("a", left_out=1).headline == "cricket: 2 new videos"
    assert said("a", "b", queries=("cricket", "chess")).headline == "cricket, chess: 2 new videos"
    assert said(*"abcd", queries=("a", "b", "c", "d")).headline == "a, b, c, …: 4 new videos"


def test_the_newest_comes_first_and_no_title_is_its_id() -> None:
    lines = said("older", "").lines
    assert [line.title for line in lines] == ["video000001", "older"]
    assert lines[0].about == "A channel · 1 minute ago"


def test_markdown_is_taken_apart() -> None:
    assert said("# *a* _b_ `c` [d](e)").text(500, markdown=True).splitlines()[0] == r"\# \*a\* \_b\_ \`c\` \[d\](e)"

"""`python -m tests.browser.screenshot`: draws docs/dashboard.png anew, from videos made up here."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Route, expect

from local.serving import serving
from tests.browser.conftest import launched
from tests.browser.pictures import picture
from tests.browser.pretend_api import Json, PretendApi, video

TARGET = Path(__file__).parents[2] / "docs" / "dashboard.png"
VIDEOS = (
    ("Aurora over Lofoten, eleven hours in four minutes", "Northern Slow"),
    ("What we learned from 900 nights of all-sky images", "Observatory Diaries"),
    ("LIVE: Northern lights from Abisko, Sweden", "Sky Station"),
    ("Why is the aurora green? The physics in one cup of tea", "Small Lectures"),
    ("オーロラを追いかけて — 冬のフィンランド縦断", "雪の旅人"),
    ("A storm of class G4 is on its way: where to look tonight", "Space Weather Today"),
    ("Building a magnetometer from a jam jar and a laser", "Kitchen Instruments"),
    ("Northern lights timelapse in 8K, no music", "Northern Slow"),
    ("How I photograph the aurora with a phone", "One Lens"),
    ("Auroras de Júpiter: lo que vio la sonda", "Cielo Abierto"),
    ("Solar maximum explained by the people who count the spots", "Observatory Diaries"),
    ("The sound of the northern lights, recorded at last?", "Field Notes"),
    ("Three nights in a glass cabin", "Slow Trains & Far Places"),
    ("Live forecast: the week's geomagnetic outlook", "Space Weather Today"),
    ("Steve is not an aurora, and that is why we love him", "Small Lectures"),
    ("Driving the E10 to the end of the road", "Slow Trains & Far Places"),
    ("Die Polarlichter vom 11. Mai, von 40 Balkonen aus", "Himmelsbote"),
    ("Astrophotography for beginners: your first hour", "One Lens"),
    ("Inside the radar that listens to the sky", "Field Notes"),
    ("Reindeer under the lights", "雪の旅人"),
)


def made_up() -> list[Json]:
    """A day and a half of videos, the first ones those above."""
    chance = random.Random(7)
    time = datetime.now(UTC) - timedelta(seconds=50)
    found: list[Json] = []
    for number in range(420):
        title, channel = VIDEOS[number % len(VIDEOS)]
        live = "live" if title.startswith("LIVE") else "upcoming" if title.startswith("Live") else "none"
        video_id = f"reel{number:07d}"
        fields = {"video_id": video_id, "title": title, "channel_title": channel, "live": live}
        seconds = round(chance.lognormvariate(6, 0.9))
        found.append(video(number, time, query="northern lights", duration_seconds=seconds, **fields))
        busy = 1.6 - 1.2 * abs(((time.hour + 6) % 24) - 12) / 12
        time -= timedelta(seconds=chance.expovariate(1 / 300) / busy)
    return found


def draw(route: Route) -> None:
    """Answer for YouTube's pictures."""
    route.fulfill(body=picture(route.request.url.split("/")[4]), content_type="image/svg+xml")


def main() -> None:
    """Write the picture."""
    api = PretendApi(made_up(), ["northern lights", "cricket", "slow travel", "chess", "field recording"])
    TARGET.parent.mkdir(exist_ok=True)
    with serving(api) as url, launched() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.route("https://i.ytimg.com/**", draw)
        page.goto(url)
        expect(page.locator(".thumb.loaded")).to_have_count(24)
        expect(page.get_by_text("Last poll")).to_be_visible()
        page.evaluate("Promise.all(document.getAnimations().map((animation) => animation.finished))")
        page.screenshot(path=TARGET)


if __name__ == "__main__":
    main()

"""The made-up videos' pictures, as a browser gets them."""

import random
import re
import string
from xml.etree import ElementTree as ET

import pytest
from werkzeug.test import Client

from local.pictures import PALETTES, Pictures, picture, thumbnails
from local.scenes import SCENES

SVG = "{http://www.w3.org/2000/svg}"
LETTERS = string.ascii_letters + string.digits + "-_"


def ids(count: int) -> list[str]:
    chance = random.Random(1)
    return ["".join(chance.choices(LETTERS, k=11)) for _ in range(count)]


def test_a_picture_is_served_as_svg_that_is_taken_for_nothing_else_and_kept_for_long() -> None:
    answer = Client(Pictures()).get("/K15VKYtpXfY.svg")
    assert answer.status_code == 200
    assert answer.content_type == "image/svg+xml"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.text == picture("K15VKYtpXfY")
    head = Client(Pictures()).head("/K15VKYtpXfY.svg")
    assert (head.status_code, head.text) == (200, "")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "",
        "/K15VKYtpXfY",
        "/K15VKYtpXfY.png",
        "/K15VKYtpXf.svg",
        "/K15VKYtpXfYY.svg",
        "/<script>aaa.svg",
        "/../../../etc.svg",
        "/K15VKYtpXf\u00e9.svg",
        "/K15VKYtpXfY.svg%0A",
        "/K15VKYtpXfY.svg/",
    ],
)
def test_there_is_no_picture_of_what_is_no_video_id(path: str) -> None:
    assert Client(Pictures()).get(path).status_code == 404


def test_pictures_can_only_be_read() -> None:
    answer = Client(Pictures()).post("/K15VKYtpXfY.svg")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_every_picture_is_small_whole_and_only_drawn() -> None:
    drawing = {"svg", "linearGradient", "stop", "g", "path", "circle", "ellipse"}
    for video_id in ids(1_000):
        text = picture(video_id)
        assert 500 < len(text) < 3_500
        elements = list(ET.fromstring(text).iter())  # noqa: S314 - our own text
        assert {element.tag.removeprefix(SVG) for element in elements} <= drawing
        assert not re.search("href|style=|on[a-z]+=|nan|inf|<!|&", text)
        assert video_id not in text
        opacities = [float(element.get("opacity", "1")) for element in elements]
        assert all(0 < opacity <= 1 for opacity in opacities)


def test_a_picture_follows_from_the_id_alone_and_differs_from_others() -> None:
    some = ids(500)
    assert [picture(video_id) for video_id in some] == [picture(video_id) for video_id in some]
    assert len({picture(video_id) for video_id in some}) == 500


def test_pictures_are_of_many_kinds() -> None:
    assert len(SCENES) >= 12
    assert len(PALETTES) >= 12
    skies = {tuple(re.findall(r'stop-color="(#\w{6})"', picture(video_id))[:2]) for video_id in ids(500)}
    assert len(skies) == len(PALETTES)


def test_thumbnails_lead_to_the_pictures_in_youtubes_sizes() -> None:
    assert thumbnails("http://127.0.0.1:3000/sample/pictures", "K15VKYtpXfY") == {
        "medium": {"url": "http://127.0.0.1:3000/sample/pictures/K15VKYtpXfY.svg", "width": 320, "height": 180},
        "high": {"url": "http://127.0.0.1:3000/sample/pictures/K15VKYtpXfY.svg", "width": 480, "height": 360},
    }

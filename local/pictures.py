"""Pictures of the made-up videos, drawn as SVG from a video's id and nothing else.

`Pictures` is a WSGI app that serves them at `/<video id>.svg`.
"""

import random
import re
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from local.scenes import HEIGHT, SCENES, WIDTH, Palette, area

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

SIZES = {"medium": (320, 180), "high": (480, 360)}
"""Those of YouTube's names that are given, with the sizes that YouTube's have."""
PALETTES = tuple(
    Palette(*colours.split())
    for colours in (
        "#12263f #2f6f7a #e8f1dc #1f5563 #1b7a6c #123f45 #0a2230",
        "#f3d9b8 #f2b27c #fff4dd #dba07a #b46a5c #7c4453 #432b40",
        "#1c1b3a #5b3f7f #f6c28b #4b3b74 #39305f #2a2549 #171530",
        "#bcdcd8 #eef3e2 #fff6df #86b9b5 #528f93 #2f6570 #1b404c",
        "#f7c9a9 #f79d84 #fff1cf #e88d7a #c05f6f #7f4268 #452c53",
        "#0f2b2e #1f6a55 #a9f0c2 #1c5a4c #17463f #113431 #0a2023",
        "#dfe5ea #c3d2dc #f4b860 #b4c2cd #8497a8 #566b7f #303f52",
        "#28324e #7485b0 #f2efe6 #54648c #3f4d74 #2c3859 #1b233c",
        "#f0e2c4 #f5cf86 #d8703a #c9c08f #94a06c #5f7a55 #36523f",
        "#3b1f3f #b04a64 #ffb27a #8a3f5d #6a2f54 #4a2446 #2b1731",
        "#8fc7e8 #d6ecf2 #fffbe8 #7db48f #4f9372 #2f6f5c #1e4a45",
        "#ffd166 #ef8354 #fff8e7 #d9644a #a8434a #6b2d45 #3a1c35",
        "#0b132b #3a506b #ffe8a3 #2f4463 #243551 #18243d #0d1528",
        "#e9d8f0 #f7e3d4 #ff8f6b #c3a2cf #9676ad #674f86 #3c2f57",
    )
)


class Pictures:
    """The WSGI app. A picture never changes, so it may be kept for ever."""

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        name = re.fullmatch(r"/([A-Za-z0-9_-]{11})\.svg", request.path)
        answer: Response | HTTPException
        if not name:
            answer = NotFound()
        elif request.method not in ("GET", "HEAD"):
            answer = MethodNotAllowed(["GET", "HEAD"])
        else:
            headers = {
                "Cache-Control": "public, max-age=31536000, immutable",
                "Content-Security-Policy": "default-src 'none'",
                "X-Content-Type-Options": "nosniff",
            }
            answer = Response(picture(name[1]), headers=headers, content_type="image/svg+xml")
        return answer(environ, start_response)


def thumbnails(url: str, video_id: str) -> dict[str, dict[str, Any]]:
    """A video's thumbnails as YouTube's answers have them, where `Pictures` answers below this URL."""
    return {
        name: {"url": f"{url}/{video_id}.svg", "width": width, "height": height}
        for name, (width, height) in SIZES.items()
    }


def picture(video_id: str) -> str:
    """The SVG of a video: the same for the same id."""
    chance = random.Random(sha256(video_id.encode()).digest())
    palette = chance.choice(PALETTES)
    scene = chance.choice(SCENES)(chance, palette)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<linearGradient id="sky" x2="0" y2="1"><stop stop-color="{palette.top}"/>'
        f'<stop offset="1" stop-color="{palette.bottom}"/></linearGradient>'
        f"{area('url(#sky)', 0)}{scene}</svg>"
    )

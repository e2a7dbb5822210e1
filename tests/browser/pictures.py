"""Pictures that stand for YouTube's thumbnails, which tests cannot load: landscapes drawn from a video's id."""

import random
from hashlib import sha256

WIDTH, HEIGHT = 480, 270


def picture(video_id: str) -> str:
    """An SVG of 16:9, the same for the same id: a sky, a sun and hills in one family of colours."""
    chance = random.Random(sha256(video_id.encode()).digest())
    hue = chance.randrange(360)
    turn = chance.choice((-60, -35, 30, 50, 150))
    top, low = 20 + chance.random() * 25, 62 + chance.random() * 22
    sun_x, sun_y, sun_r = chance.randrange(60, 420), chance.randrange(50, 150), chance.randrange(16, 58)
    hills = "".join(_hill(chance, layer, hue + turn, low) for layer in range(4))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<defs><linearGradient id="s" x2="0.3" y2="1"><stop stop-color="hsl({hue} 55% {top:.0f}%)"/>'
        f'<stop offset="1" stop-color="hsl({hue + turn} 70% {low:.0f}%)"/></linearGradient>'
        f'<radialGradient id="g"><stop stop-color="#fff" stop-opacity=".55"/>'
        f'<stop offset="1" stop-color="#fff" stop-opacity="0"/>'
        f"</radialGradient></defs>"
        f'<path fill="url(#s)" d="M0 0h{WIDTH}v{HEIGHT}H0z"/>'
        f'<circle cx="{sun_x}" cy="{sun_y}" r="{sun_r * 3}" fill="url(#g)"/>'
        f'<circle cx="{sun_x}" cy="{sun_y}" r="{sun_r}" fill="hsl({hue + turn} 90% 88%)"/>{hills}</svg>'
    )


def _hill(chance: random.Random, layer: int, hue: int, light: float) -> str:
    base = 150 + layer * 30 + chance.randrange(-8, 8)
    heights = [base + chance.randrange(-34 + layer * 4, 30) for _ in range(7)]
    path = f"M0 {HEIGHT}V{heights[0]}"
    for at, height in enumerate(heights[1:], start=1):
        x = at * WIDTH / 6
        path += f"C{x - 50:.0f} {heights[at - 1]} {x - 34:.0f} {height} {x:.0f} {height}"
    shade = max(8.0, light - 22 - layer * 14)
    return f'<path fill="hsl({hue + layer * 6} {46 - layer * 4}% {shade:.0f}%)" d="{path}V{HEIGHT}z"/>'

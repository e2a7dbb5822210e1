"""Pictures that stand for YouTube's thumbnails, which tests cannot load: landscapes drawn from a video's id."""

import random
from hashlib import sha256

WIDTH, HEIGHT = 480, 270
PALETTES = (
    # sky, sun, and hills from the farthest to the nearest
    ("#12263f", "#e8f1dc", "#1f4f63", "#1b7a6c", "#123f45", "#0a2230"),
    ("#f3d9b8", "#e9633f", "#dba07a", "#b46a5c", "#7c4453", "#432b40"),
    ("#1c1b3a", "#f6c28b", "#4b3b74", "#39305f", "#2a2549", "#171530"),
    ("#bcdcd8", "#fff6df", "#86b9b5", "#528f93", "#2f6570", "#1b404c"),
    ("#f7c9a9", "#fff1cf", "#e88d7a", "#c05f6f", "#7f4268", "#452c53"),
    ("#0f2b2e", "#a9f0c2", "#1c5a4c", "#17463f", "#113431", "#0a2023"),
    ("#dfe5ea", "#f4b860", "#b4c2cd", "#8497a8", "#566b7f", "#303f52"),
    ("#28324e", "#f2efe6", "#54648c", "#3f4d74", "#2c3859", "#1b233c"),
    ("#f0e2c4", "#d8a13a", "#c9c08f", "#94a06c", "#5f7a55", "#36523f"),
    ("#3b1f3f", "#ffb27a", "#8a3f5d", "#6a2f54", "#4a2446", "#2b1731"),
)


def picture(video_id: str) -> str:
    """An SVG of 16:9, the same for the same id: a sky, a sun and its halo, and hills, in flat colours."""
    chance = random.Random(sha256(video_id.encode()).digest())
    sky, sun, *hills = chance.choice(PALETTES)
    x, y, radius = chance.randrange(70, 410), chance.randrange(55, 130), chance.randrange(16, 44)
    halo = "".join(
        f'<circle cx="{x}" cy="{y}" r="{radius * size:.0f}" fill="{sun}" opacity=".09"/>' for size in (3.2, 2.3, 1.6)
    )
    ridges = "".join(_ridge(chance, layer, colour) for layer, colour in enumerate(hills))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path fill="{sky}" d="M0 0h{WIDTH}v{HEIGHT}H0z"/>{halo}'
        f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{sun}"/>{ridges}</svg>'
    )


def _ridge(chance: random.Random, layer: int, colour: str) -> str:
    base = 138 + layer * 34
    heights = [base + chance.randrange(-36 + layer * 5, 26) for _ in range(7)]
    path = f"M0 {HEIGHT}V{heights[0]}"
    for at, height in enumerate(heights[1:], start=1):
        x = at * WIDTH / 6
        path += f"C{x - 50:.0f} {heights[at - 1]} {x - 34:.0f} {height} {x:.0f} {height}"
    return f'<path fill="{colour}" d="{path}V{HEIGHT}z"/>'

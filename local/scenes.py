"""Scenes for pictures of videos: landscapes and things in flat colours, as SVG's elements on a ground of 480 by 270.

A scene is drawn over a sky, which is the paint `url(#sky)`, by chance and in the colours of a palette.
"""

import random
from collections.abc import Callable
from math import cos, sin, tau
from typing import NamedTuple

WIDTH, HEIGHT = 480, 270


class Palette(NamedTuple):
    """The colours of a picture: the sky's, a light's, and those of layers from the farthest to the nearest."""

    top: str
    bottom: str
    light: str
    far: str
    middle: str
    near: str
    front: str

    @property
    def layers(self) -> tuple[str, str, str, str]:
        """The four, from the farthest, which is close to the sky."""
        return self.far, self.middle, self.near, self.front


type Scene = Callable[[random.Random, Palette], str]

SIGNS = (
    "M-30-46L50 0L-30 46z",
    "M0-56L15-18L54-16L24 9L34 48L0 26L-34 48L-24 9L-54-16L-15-18z",
    "M0 50C-90-6-50-66 0-28C50-66 90-6 0 50z",
    "M10-58L-38 10h30L-14 58L38-14H6z",
    "M-50-40h100v62h-58l-24 26v-26h-18z",
    "M-52-34L-26-6L0-48L26-6L52-34L40 40h-80z",
    "M0-54A54 54 0 1 0 54 10A42 42 0 1 1 0-54z",
    "M-16-50h32v34h34v32h-34v34h-32v-34h-34v-32h34z",
)
"""Around the origin, about a hundred across: play, star, heart, bolt, speech, crown, moon, plus."""
PEOPLE = (
    ("#f1c7a5", "#5b3a29", "#2f6f7a"),
    ("#8d5a3b", "#1d1512", "#e0a84c"),
    ("#d9a06f", "#2b1b17", "#b04a64"),
    ("#5c3a28", "#120d0b", "#dfe5ea"),
    ("#f6d9c2", "#b5763a", "#4f6d8f"),
    ("#c98b5e", "#6e6a66", "#5f7a55"),
)
"""Skin, hair and shirt."""


def _hills(chance: random.Random, palette: Palette) -> str:
    ridges = (_ridge(chance, 140 + layer * 33, 30 - layer * 3, colour) for layer, colour in enumerate(palette.layers))
    return _sun(chance, palette) + "".join(ridges)


def _mountains(chance: random.Random, palette: Palette) -> str:
    drawn = _sun(chance, palette)
    for layer, colour in enumerate(palette.layers[:3]):
        peak = chance.randrange(-40, 80)
        while peak < WIDTH + 60:
            half, top = chance.randrange(70, 130), 60 + layer * 50 + chance.randrange(50)
            slope = (HEIGHT - top) / half
            drawn += _shape(colour, f"M{peak - half} {HEIGHT}L{peak} {top}L{peak + half} {HEIGHT}z")
            snow = chance.randrange(14, 26)
            if layer < 2:
                left, right = peak - snow / slope, peak + snow / slope
                drawn += _shape(
                    palette.light,
                    f"M{left:.0f} {top + snow}L{peak} {top}L{right:.0f} {top + snow}"
                    f"L{peak + 3} {top + snow - 7}L{peak - 2} {top + snow + 5}z",
                    0.85,
                )
            peak += chance.randrange(90, 170)
    return drawn + _ridge(chance, 240, 14, palette.front)


def _sea(chance: random.Random, palette: Palette) -> str:
    horizon, x, radius = chance.randrange(120, 150), chance.randrange(110, 370), chance.randrange(30, 52)
    drawn = _halo(x, horizon, radius, palette.light) + _circle(x, horizon, radius, palette.light)
    drawn += area(palette.middle, horizon)
    glitter = "".join(
        f"M{x - width + chance.randrange(-8, 8)} {y}h{2 * width}"
        for y, width in ((horizon + 7 + step * 9, radius - step * 4) for step in range(7))
        if width > 2
    )
    drawn += _line(palette.light, 3, glitter, 0.7)
    drawn += _ridge(chance, horizon + 70, 8, palette.near) + _ridge(chance, horizon + 104, 8, palette.front)
    boat, far = chance.randrange(50, 400), horizon + chance.randrange(24, 44)
    drawn += _shape(palette.front, f"M{boat - 26} {far}h56l-10 12h-36z")
    return drawn + _shape(palette.light, f"M{boat} {far - 4}v-58q30 26 28 58zM{boat - 5} {far - 4}v-44q-20 20-18 44z")


def _city(chance: random.Random, palette: Palette) -> str:
    drawn = _stars(chance, palette, 24, 120) + _sun(chance, palette)
    for layer, colour in enumerate(palette.layers[:3]):
        x, houses, windows = -chance.randrange(30), "", ""
        while x < WIDTH:
            width, top = chance.randrange(34, 66), 70 + layer * 48 + chance.randrange(70)
            houses += f"M{x} {HEIGHT}V{top}h{width}V{HEIGHT}z"
            if layer and chance.random() < 0.6:
                windows += "".join(f"M{x + at} {top + 10}V{HEIGHT}" for at in range(10, width - 6, 12))
            x += width + chance.choice((0, 0, 6))
        drawn += _shape(colour, houses) + _line(palette.light, 4, windows, 0.75, f"4 {chance.choice((8, 14, 22))}")
    return drawn + area(palette.front, 250)


def _stadium(chance: random.Random, palette: Palette) -> str:
    drawn = _stars(chance, palette, 16, 90)
    for x, lean in ((70, 90), (180, 30), (300, -30), (410, -90)):
        top = chance.randrange(38, 58)
        beam = f"M{x - 20} {top}h40L{x + lean + 90} 240H{x + lean - 90}z"
        drawn += _shape(palette.light, beam, 0.13) + _line(palette.front, 5, f"M{x} {top}V170")
        lamps = f"M{x - 18} {top - 5}h36M{x - 18} {top + 5}h36"
        drawn += _line(palette.light, 7, lamps, 1, "7 3")
    drawn += _shape(palette.near, "M0 150Q240 112 480 150V230H0z")
    for row in range(4):
        y = 150 + row * 13
        drawn += _line(chance.choice((palette.light, palette.far)), 4, f"M0 {y}Q240 {y - 34} 480 {y}", 0.5, "3 6")
    drawn += _shape(palette.middle, "M-40 270Q240 150 520 270z")
    drawn += _line(palette.light, 2, "M150 270Q170 236 190 212M330 270Q310 236 290 212M118 222Q240 196 362 222", 0.6)
    return drawn


def _planet(chance: random.Random, palette: Palette) -> str:
    x, y, radius = chance.randrange(150, 330), chance.randrange(110, 160), chance.randrange(50, 76)
    drawn = area(palette.front, 0, 0.85) + _stars(chance, palette, 60, HEIGHT)
    for orbit in (1.7, 2.3):
        moon, turn = round(radius * orbit), chance.random() * tau
        drawn += f'<circle cx="{x}" cy="{y}" r="{moon}" fill="none" stroke="{palette.light}" opacity=".2"/>'
        at = round(x + moon * cos(turn)), round(y + moon * sin(turn))
        drawn += _circle(*at, chance.randrange(5, 12), chance.choice((palette.light, palette.far)))
    drawn += _circle(x, y, radius, palette.bottom)
    belts = "".join(
        f"M{x - half} {y + at}q{half} {chance.randrange(6, 14)} {2 * half} 0"
        for at, half in ((at, round((radius**2 - at**2) ** 0.5) - 6) for at in range(12 - radius, radius - 10, 18))
    )
    drawn += _line(palette.far, 7, belts, 0.6)
    around, inner = f"a{radius} {radius} 0 0 1 0 {2 * radius}", radius * 3 // 2
    drawn += _shape(palette.front, f"M{x} {y - radius}{around}a{inner} {inner} 0 0 0 0-{2 * radius}z", 0.35)
    near, far = radius * 7 // 8, radius * 5 // 2
    ring = f"M{x - near} {y - radius // 4}C{x - far} {y + radius // 3} {x + far} {y + radius // 2}"
    return drawn + _line(palette.light, 5, f"{ring} {x + near} {y - radius // 5}", 0.8)


def _forest(chance: random.Random, palette: Palette) -> str:
    drawn = _sun(chance, palette)
    for layer, colour in enumerate(palette.layers):
        drawn += _pines(chance, colour, 168 + layer * 34, 74 + layer * 12, 20 + layer * 8)
        drawn += area(colour, 166 + layer * 34)
        if layer < 3:
            drawn += area(palette.bottom, 150 + layer * 34, 0.12)
    return drawn


def _tiles(chance: random.Random, palette: Palette) -> str:
    """A poster of circles and their parts."""
    colours = (palette.light, *palette.layers, palette.top)
    drawn = ""
    for x in range(-30, WIDTH, 90):
        for y in range(0, HEIGHT, 90):
            ground, form = chance.sample(colours, 2)
            drawn += _shape(ground, f"M{x} {y}h90v90h-90z")
            drawn += chance.choice(
                (
                    _circle(x + 45, y + 45, chance.choice((16, 30, 45)), form),
                    _shape(form, f"M{x} {y}h90a90 90 0 0 1-90 90z"),
                    _shape(form, f"M{x + 90} {y + 90}h-90a90 90 0 0 1 90-90z"),
                    _shape(form, f"M{x} {y + 45}a45 45 0 0 1 90 0z"),
                    _shape(form, f"M{x} {y}h90l-90 90z"),
                    "",
                )
            )
    return drawn


def _burst(chance: random.Random, palette: Palette) -> str:
    """Rays around a big sign."""
    x, y = chance.randrange(190, 290), chance.randrange(125, 150)
    turn, rays = chance.random(), ""
    for ray in range(14):
        rays += f"M{x} {y}"
        for edge in (ray, ray + 0.5):
            angle = (edge + turn) * tau / 14
            rays += f"L{x + 620 * cos(angle):.0f} {y + 620 * sin(angle):.0f}"
        rays += "z"
    sign = chance.choice(SIGNS)
    turned = f'<g transform="translate({x} {y}) rotate({chance.randrange(-14, 15)})">'
    return (
        _shape(palette.far, rays, 0.5)
        + _circle(x, y, 96, palette.near)
        + _circle(x, y, 84, palette.middle)
        + f"{turned}{_shape(palette.front, sign, 0.5, 'translate(5 7)')}{_shape(palette.light, sign)}</g>"
    )


def _talk(chance: random.Random, palette: Palette) -> str:
    """Someone in front of a wall of shelves."""
    x = chance.choice((150, 240, 330))
    skin, hair, shirt = chance.choice(PEOPLE)
    drawn = area(palette.near, 0, 0.85)
    books = dict.fromkeys((palette.light, palette.bottom, *palette.layers[:2]), "")
    for shelf in (70, 140, 210):
        at = chance.randrange(8, 30)
        while at < WIDTH - 20:
            width, tall = chance.randrange(8, 16), chance.randrange(28, 52)
            books[chance.choice(list(books))] += f"M{at} {shelf}v-{tall}h{width}v{tall}z"
            at += width + chance.choice((1, 1, 2, 40, 70))
    drawn += "".join(_shape(colour, path, 0.75) for colour, path in books.items())
    drawn += _shape(palette.front, "M0 70h480v6H0zM0 140h480v6H0zM0 210h480v6H0z")
    drawn += _halo(x, 130, 64, palette.light)
    drawn += _shape(shirt, f"M{x - 92} 270q4-78 66-84h52q62 6 66 84z")
    drawn += _shape(skin, f"M{x - 17} 160h34v30q-17 18-34 0z") + _circle(x, 128, 42, skin)
    drawn += _shape(hair, f"M{x - 45} 130q-6-56 45-58q51 2 45 58q-8-30-34-32q-36 2-56 32z")
    return drawn


def _record(chance: random.Random, palette: Palette) -> str:
    x, radius = chance.randrange(130, 350), chance.randrange(92, 112)
    drawn = area(palette.middle, 0, 0.5)
    bars = "".join(f"M{at} 258v-{chance.randrange(16, 150)}" for at in range(14, WIDTH, 22))
    drawn += _line(palette.far, 12, bars)
    drawn += _circle(x + 6, 143, radius, palette.front, 0.4) + _circle(x, 135, radius, palette.front)
    grooves = "".join(f'<circle cx="{x}" cy="135" r="{size}"/>' for size in range(radius - 8, 42, -9))
    drawn += f'<g fill="none" stroke="{palette.middle}" opacity=".6">{grooves}</g>'
    shine = f"M{x} 135L{x - 70} {135 - radius + 24}A{radius} {radius} 0 0 1 {x - 30} {135 - radius + 5}z"
    drawn += _shape(palette.light, shine, 0.14)
    return drawn + _circle(x, 135, 36, palette.light) + _circle(x, 135, 5, palette.top)


def _dunes(chance: random.Random, palette: Palette) -> str:
    drawn = _sun(chance, palette)
    for layer in range(3):
        base, crest = 150 + layer * 42, chance.randrange(90, 390)
        top = base - chance.randrange(26, 52)
        light, dark = palette.layers[layer], palette.layers[layer + 1]
        lee = f"Q{crest + 60} {base + 20} 480 {base}V270"
        drawn += _shape(light, f"M0 270V{base + 12}Q{crest - 70} {base} {crest} {top}{lee}z")
        drawn += _shape(dark, f"M{crest} {top}{lee}H{crest - 60}Q{crest + 50} {base + 50} {crest} {top}z")
    return drawn


def _road(chance: random.Random, palette: Palette) -> str:
    x, horizon = chance.randrange(180, 300), chance.randrange(128, 150)
    drawn = _halo(x, horizon, 44, palette.light) + _circle(x, horizon, 40, palette.light)
    drawn += _ridge(chance, horizon - 8, 24, palette.far) + area(palette.middle, horizon)
    drawn += _shape(palette.front, f"M{x - 5} {horizon}h10L{x + 170} 270H{x - 170}z")
    for step in range(5):
        near, far = horizon + 10 + step * step * 7, horizon + 15 + step * step * 9
        drawn += _shape(palette.light, f"M{x - step} {near}h{2 * step}l{step} {far - near}h-{4 * step}z", 0.85)
    for at in range(4):
        side, y = chance.choice((-1, 1)), horizon + 12 + at * at * 12
        pole = x + side * (16 + at * at * 22)
        beam = f"m-{8 + at * 5} {6 + at * 3}h{16 + at * 10}"
        drawn += _line(palette.near, 2 + at, f"M{pole} {y}v-{26 + at * 26}{beam}")
    return drawn


def _balloons(chance: random.Random, palette: Palette) -> str:
    drawn = _sun(chance, palette) + _clouds(chance, palette)
    for _ in range(3):
        x, y, size = chance.randrange(50, 430), chance.randrange(50, 120), chance.randrange(18, 46)
        one, other = chance.sample((palette.light, *palette.layers[1:]), 2)
        drawn += (
            f'<g transform="translate({x} {y}) scale({size / 40:.2f})">'
            f"{_shape(one, 'M-40 0a40 40 0 0 1 80 0q-4 26-28 50h-24q-24-24-28-50z')}"
            f"{_shape(other, 'M-14 0q2-36 14-40q12 4 14 40q-2 30-8 50h-12q-6-20-8-50z')}"
            f"{_shape(palette.front, 'M-9 58h18v14h-18z')}</g>"
        )
    return drawn + _ridge(chance, 214, 20, palette.middle) + _ridge(chance, 240, 14, palette.front)


def _ball(chance: random.Random, palette: Palette) -> str:
    """A ball in the air above a ground that is mown in stripes."""
    x, y, radius = chance.randrange(250, 400), chance.randrange(60, 120), chance.randrange(22, 40)
    drawn = _clouds(chance, palette) + _ridge(chance, 160, 22, palette.far) + area(palette.middle, 184)
    for stripe in range(-6, 6, 2):
        near, far = 240 + stripe * 130, 240 + stripe * 44
        drawn += _shape(palette.near, f"M{far} 184h44L{near + 130} 270H{near}z", 0.55)
    flight = f"M30 236Q{x - 150} {y - 60} {x} {y}"
    drawn += _line(palette.light, 4, flight, 0.8, "2 12")
    seam = "".join(f"M{x - radius + 3} {y + at}q{radius - 3}-{radius // 2} {2 * radius - 6} 0" for at in (0, 5))
    return (
        drawn
        + f'<ellipse cx="{x}" cy="240" rx="{radius}" ry="7" fill="{palette.front}" opacity=".5"/>'
        + _circle(x, y, radius, palette.light)
        + _line(palette.middle, 2, seam)
    )


def _cup(chance: random.Random, palette: Palette) -> str:
    x = chance.randrange(150, 330)
    pane = 60 if x > 240 else 250
    drawn = area(palette.far, 0, 0.8) + _shape("url(#sky)", f"M{pane} 26h170v130h-170z")
    drawn += _circle(pane + chance.randrange(40, 130), chance.randrange(60, 110), 24, palette.light)
    drawn += _line(palette.front, 6, f"M{pane} 26h170v130h-170zM{pane + 85} 26v130")
    drawn += area(palette.near, 206)
    steam = "".join(f"M{x + at} 116q-14-18 0-34t0-34" for at in (-24, 2, 28))
    drawn += _line(palette.light, 6, steam, 0.55)
    drawn += f'<ellipse cx="{x}" cy="222" rx="92" ry="13" fill="{palette.front}"/>'
    drawn += f'<circle cx="{x + 62}" cy="160" r="22" fill="none" stroke="{palette.light}" stroke-width="10"/>'
    drawn += _shape(palette.light, f"M{x - 62} 130h124q4 66-36 88h-52q-40-22-36-88z")
    return drawn + f'<ellipse cx="{x}" cy="131" rx="62" ry="10" fill="{palette.front}"/>'


SCENES: tuple[Scene, ...] = (
    _hills,
    _mountains,
    _sea,
    _city,
    _stadium,
    _planet,
    _forest,
    _tiles,
    _burst,
    _talk,
    _record,
    _dunes,
    _road,
    _balloons,
    _ball,
    _cup,
)


def _sun(chance: random.Random, palette: Palette) -> str:
    x, y, radius = chance.randrange(70, 410), chance.randrange(50, 110), chance.randrange(18, 42)
    return _halo(x, y, radius, palette.light) + _circle(x, y, radius, palette.light)


def _halo(x: int, y: int, radius: int, colour: str) -> str:
    return "".join(_circle(x, y, round(radius * size), colour, 0.09) for size in (3.2, 2.3, 1.6))


def _stars(chance: random.Random, palette: Palette, count: int, depth: int) -> str:
    dots = "".join(f"M{chance.randrange(WIDTH)} {chance.randrange(depth)}h0" for _ in range(count))
    return _line(palette.light, 2, dots, 0.8)


def _clouds(chance: random.Random, palette: Palette) -> str:
    shapes = (
        f"M{x} {y}h{width}a14 14 0 0 0-8-26a26 26 0 0 0-48-6a20 20 0 0 0-{width - 60} 32z"
        for x, y, width in (
            (chance.randrange(-20, 420), chance.randrange(50, 110), chance.randrange(90, 116)) for _ in range(3)
        )
    )
    return _shape(palette.light, "".join(shapes), 0.45)


def _pines(chance: random.Random, colour: str, ground: int, height: int, spacing: int) -> str:
    path, x = "", -chance.randrange(spacing)
    while x < WIDTH + spacing:
        tall = chance.randrange(height // 2, height)
        half = tall * 2 // 7
        path += f"M{x - half} {ground}L{x} {ground - tall}L{x + half} {ground}z"
        x += chance.randrange(spacing * 2 // 3, spacing * 4 // 3)
    return _shape(colour, path)


def _ridge(chance: random.Random, base: int, roughness: int, colour: str) -> str:
    """A smooth line of hills about a height, filled to the ground."""
    heights = [base + chance.randrange(-roughness, roughness) for _ in range(7)]
    path = f"M0 {HEIGHT}V{heights[0]}"
    for at, height in enumerate(heights[1:], start=1):
        x = at * 80
        path += f"C{x - 50} {heights[at - 1]} {x - 34} {height} {x} {height}"
    return _shape(colour, f"{path}V{HEIGHT}z")


def area(colour: str, top: int, opacity: float = 1) -> str:
    """All below a height."""
    return _shape(colour, f"M0 {top}h{WIDTH}V{HEIGHT}H0z", opacity)


def _circle(x: int, y: int, radius: int, colour: str, opacity: float = 1) -> str:
    return f'<circle cx="{x}" cy="{y}" r="{radius}" fill="{colour}"{_opacity(opacity)}/>'


def _shape(colour: str, path: str, opacity: float = 1, transform: str = "") -> str:
    moved = f' transform="{transform}"' if transform else ""
    return f'<path fill="{colour}" d="{path}"{_opacity(opacity)}{moved}/>'


def _line(colour: str, width: int, path: str, opacity: float = 1, dashes: str = "") -> str:
    style = f'stroke-dasharray="{dashes}"' if dashes else 'stroke-linecap="round"'
    return f'<path fill="none" stroke="{colour}" stroke-width="{width}" {style} d="{path}"{_opacity(opacity)}/>'


def _opacity(value: float) -> str:
    return f' opacity="{value}"' if value < 1 else ""

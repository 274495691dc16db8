"""Draws the phone's PNG icons as icons/xuntu.svg draws them: `python -m tests.phone.ui.draw_icons`. Knows that one picture only.

The picture is a square of 64 units. Each PNG is drawn four times too large and made smaller, which smooths its edges.
"""

import math
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw

ICONS: Final = Path(__file__).resolve().parents[3] / "client_sync" / "phone" / "icons"
BLUE, GREEN, FIELD, WHITE = "#1f5fbf", "#1e6b3a", "#e6f4ea", "#ffffff"
SMOOTHING: Final = 4

Point = tuple[float, float]


def pin() -> list[Point]:
    """The outline of the pin: half a circle above, a curve to the point below."""
    head = [(32 + 11 * math.cos(math.radians(a)), 21 - 11 * math.sin(math.radians(a))) for a in range(0, 181, 3)]
    left = [curve((21, 21), (21, 27), (25, 32), (32, 40), step / 20) for step in range(21)]
    right = [curve((32, 40), (39, 32), (43, 27), (43, 21), step / 20) for step in range(21)]
    return head + left + right


def curve(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    """A point of the cubic curve from a to d, drawn towards b and c; t from 0 to 1."""
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    across, down = (sum(w * point[axis] for w, point in zip(weights, (a, b, c, d), strict=True)) for axis in (0, 1))
    return across, down


def draw(pixels: int, *, maskable: bool) -> Image.Image:
    """The icon, `pixels` wide. A maskable one fills its square and keeps the picture within the middle four fifths."""
    size = pixels * SMOOTHING
    image = Image.new("RGBA", (size, size), BLUE if maskable else (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    share = 0.8 if maskable else 1.0
    unit, edge = size / 64 * share, size * (1 - share) / 2

    def at(points: list[Point]) -> list[Point]:
        return [(edge + x * unit, edge + y * unit) for x, y in points]

    if not maskable:
        pen.rounded_rectangle((0, 0, size - 1, size - 1), radius=14 * unit, fill=BLUE)
    pen.polygon(at([(11, 44), (24, 35), (36, 42), (53, 31), (53, 44), (36, 55), (24, 48), (11, 55)]), fill=FIELD)
    for x, top in ((24, 35), (36, 42)):
        pen.line(at([(x, top), (x, top + 13)]), fill=GREEN, width=round(2 * unit))
    pen.polygon(at(pin()), fill=WHITE)
    tick = at([(27, 21.5), (31, 25.5), (38, 17.5)])
    pen.line(tick, fill=BLUE, width=round(3.5 * unit), joint="curve")
    for end_x, end_y in (tick[0], tick[2]):
        pen.ellipse((end_x - 1.75 * unit, end_y - 1.75 * unit, end_x + 1.75 * unit, end_y + 1.75 * unit), fill=BLUE)
    return image.resize((pixels, pixels), Image.Resampling.LANCZOS)


def main() -> None:
    for name, pixels, maskable in (("xuntu-192", 192, False), ("xuntu-512", 512, False), ("xuntu-maskable-512", 512, True)):
        draw(pixels, maskable=maskable).save(ICONS / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()

"""Draws the photos of the patrol day: plain shapes under a sky, enough to tell a pit from a paddy. Copies no real photo."""

import math
import random
from collections.abc import Callable
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = (1024, 768)
CANVAS = (1120, 840)
HORIZON = 400
Ink = tuple[int, int, int]
Draw = ImageDraw.ImageDraw
Font = ImageFont.FreeTypeFont | ImageFont.ImageFont

SKY_TOP: Ink = (126, 160, 196)
SKY_LOW: Ink = (222, 229, 230)
GRASS: Ink = (122, 138, 84)
PADDY: Ink = (98, 142, 72)
EARTH: Ink = (158, 128, 94)
CONCRETE: Ink = (168, 168, 162)
BRICK: Ink = (168, 92, 70)
BLUE_ROOF: Ink = (52, 98, 150)
CAPTION_FONTS = ("NotoSansCJK-Regular.ttc", "wqy-microhei.ttc", "DejaVuSans.ttf")


def photo_of(scenario: str, kind: str, caption: tuple[str, ...], rng: random.Random) -> Image.Image:
    """An RGB image of 1024 × 768 pixels of a scenario ("panorama", "near" or "sign_board"), the caption burnt in."""
    base = _scene(scenario, kind)
    left, top = rng.randrange(CANVAS[0] - SIZE[0]), rng.randrange(CANVAS[1] - SIZE[1])
    image = base.crop((left, top, left + SIZE[0], top + SIZE[1]))
    light = rng.uniform(0.88, 1.08)
    image = image.point(lambda value: min(255, int(value * light)))
    _burn_caption(ImageDraw.Draw(image, "RGBA"), caption)
    return image


@lru_cache(maxsize=64)
def _scene(scenario: str, kind: str) -> Image.Image:
    rng = random.Random(f"{scenario}/{kind}")
    image = _sky()
    draw = ImageDraw.Draw(image)
    _ground(draw, rng, PADDY if scenario in GREEN else EARTH if scenario in BARE else GRASS)
    SUBJECTS[scenario](draw, rng)
    if kind == "near":
        image = image.crop((260, 200, 260 + CANVAS[0] // 2, 200 + CANVAS[1] // 2)).resize(CANVAS, Image.Resampling.BICUBIC)
    if kind == "sign_board":
        _sign_board(ImageDraw.Draw(image))
    return Image.blend(image, _grain(), 0.07)


@lru_cache(maxsize=1)
def _grain() -> Image.Image:
    raw = random.Random("grain").randbytes(CANVAS[0] * CANVAS[1])
    return Image.frombytes("L", CANVAS, raw).filter(ImageFilter.GaussianBlur(0.9)).convert("RGB")


@lru_cache(maxsize=1)
def _font() -> Font:
    for name in CAPTION_FONTS:
        try:
            return ImageFont.truetype(name, 22)
        except OSError:
            continue
    return ImageFont.load_default(22)


def _mix(one: Ink, other: Ink, share: float) -> Ink:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _sky() -> Image.Image:
    image = Image.new("RGB", CANVAS)
    draw = ImageDraw.Draw(image)
    for y in range(HORIZON):
        draw.line([(0, y), (CANVAS[0], y)], fill=_mix(SKY_TOP, SKY_LOW, y / HORIZON))
    return image


def _ground(draw: Draw, rng: random.Random, ink: Ink) -> None:
    for y in range(HORIZON, CANVAS[1]):
        draw.line(
            [(0, y), (CANVAS[0], y)], fill=_mix(_mix(ink, SKY_LOW, 0.35), ink, (y - HORIZON) / 180 if y < HORIZON + 180 else 1.0)
        )
    for x in range(0, CANVAS[0], 14):
        height = rng.randrange(14, 44)
        draw.ellipse([x - 18, HORIZON - height, x + 22, HORIZON + 12], fill=_mix((70, 92, 62), SKY_LOW, rng.uniform(0.1, 0.35)))
    for _ in range(900):
        x, y = rng.randrange(CANVAS[0]), rng.randrange(HORIZON + 16, CANVAS[1])
        size = 2 + (y - HORIZON) // 60
        draw.line([(x, y), (x + rng.randrange(-size, size + 1), y - size)], fill=_mix(ink, (40, 52, 30), rng.uniform(0.1, 0.5)))


def _weeds_and_wall(draw: Draw, rng: random.Random) -> None:
    draw.rectangle([120, 380, 1000, 470], fill=(190, 186, 176))
    draw.line([(120, 380), (1000, 380)], fill=(120, 116, 110), width=5)
    for x in range(120, 1000, 110):
        draw.line([(x, 380), (x, 470)], fill=(150, 146, 138), width=4)
    for _ in range(420):
        x, y = rng.randrange(80, 1060), rng.randrange(455, 800)
        tall = rng.randrange(20, 70)
        draw.line([(x, y), (x + rng.randrange(-14, 15), y - tall)], fill=(96 + rng.randrange(50), 116, 58), width=2)


def _pit_and_rig(draw: Draw, rng: random.Random) -> None:
    draw.polygon([(180, 470), (940, 470), (1060, 720), (60, 720)], fill=(128, 98, 68))
    draw.polygon([(260, 510), (860, 510), (940, 680), (180, 680)], fill=(96, 72, 52))
    for row in range(3):
        for column in range(9):
            x, y = 250 + column * 72 - row * 8, 530 + row * 50
            draw.ellipse([x, y, x + 22, y + 12], fill=CONCRETE)
    draw.rectangle([690, 170, 712, 500], fill=(206, 160, 40))
    draw.line([(701, 180), (880, 470)], fill=(90, 80, 60), width=6)
    draw.rectangle([650, 470, 780, 520], fill=(206, 160, 40))
    for x in range(0, CANVAS[0], 40):
        draw.line([(x, 452), (x + 34, 452)], fill=(60, 128, 70), width=18 + rng.randrange(4))


def _half_built(draw: Draw, rng: random.Random) -> None:
    draw.polygon([(280, 600), (860, 600), (930, 660), (220, 660)], fill=CONCRETE)
    for storey in range(2):
        top = 440 - storey * 150
        draw.rectangle([320, top, 820, top + 160], fill=_mix(BRICK, CONCRETE, 0.15 * storey))
        for course in range(top, top + 160, 12):
            draw.line([(320, course), (820, course)], fill=(150, 80, 62), width=1)
        for x in range(370, 800, 120):
            draw.rectangle([x, top + 40, x + 60, top + 120], fill=(52, 48, 46))
    for x in range(310, 850, 54):
        draw.line([(x, 270), (x + rng.randrange(-3, 4), 660)], fill=(120, 110, 96), width=4)
    draw.ellipse([890, 610, 1060, 700], fill=(196, 178, 138))


def _warehouse(draw: Draw, _rng: random.Random) -> None:
    draw.rectangle([180, 360, 960, 600], fill=(208, 212, 214))
    draw.polygon([(150, 370), (570, 270), (990, 370)], fill=BLUE_ROOF)
    for x in range(190, 960, 26):
        draw.line([(x, 372), (x, 600)], fill=(186, 192, 196), width=2)
    draw.rectangle([470, 450, 670, 600], fill=(92, 104, 116))
    draw.polygon([(380, 600), (760, 600), (900, 840), (240, 840)], fill=(148, 148, 144))


def _house(draw: Draw, _rng: random.Random) -> None:
    draw.rectangle([340, 350, 800, 610], fill=(226, 220, 206))
    draw.polygon([(300, 360), (570, 230), (840, 360)], fill=(112, 62, 54))
    for x in (390, 540, 690):
        draw.rectangle([x, 400, x + 70, 470], fill=(82, 110, 132), outline=(250, 250, 250), width=4)
    draw.rectangle([530, 500, 610, 610], fill=(112, 74, 48))
    draw.rectangle([240, 570, 330, 620], fill=(160, 150, 140))


def _sheds_and_heaps(draw: Draw, rng: random.Random) -> None:
    for x in (150, 370, 590):
        draw.rectangle([x, 430, x + 190, 540], fill=(232, 232, 228))
        draw.rectangle([x - 8, 410, x + 198, 436], fill=BLUE_ROOF)
        for window in range(x + 20, x + 170, 55):
            draw.rectangle([window, 460, window + 32, 492], fill=(86, 108, 124))
    for _ in range(5):
        x, wide = rng.randrange(120, 900), rng.randrange(90, 190)
        draw.polygon(
            [(x, 700), (x + wide // 2, 700 - wide // 2), (x + wide, 700)], fill=_mix(EARTH, (90, 70, 50), rng.random() * 0.5)
        )


def _planted_rows(draw: Draw, rng: random.Random) -> None:
    for row in range(-14, 15):
        far, near = 560 + row * 22, 560 + row * 120
        draw.line([(far, 425), (near, CANVAS[1])], fill=(104, 82, 56), width=7)
        for step in range(16):
            share = (step / 16) ** 1.6
            x, y, size = far + (near - far) * share, 428 + (CANVAS[1] - 428) * share, 3 + 12 * share
            draw.ellipse([x - size, y - size, x + size, y + size / 2], fill=(64 + rng.randrange(40), 132, 60))


def _fields_and_canal(draw: Draw, rng: random.Random) -> None:
    draw.polygon([(470, 405), (540, 405), (820, 840), (420, 840)], fill=(126, 152, 160))
    for x in (80, 210, 900, 1010):
        height = rng.randrange(120, 200)
        draw.rectangle([x - 6, 430 - height // 3, x + 6, 450], fill=(86, 64, 44))
        draw.ellipse([x - 46, 430 - height, x + 46, 440 - height // 3], fill=(66, 104, 58))
    for y in range(440, 820, 28):
        draw.line([(0, y), (400, y - 6)], fill=(118, 156, 84), width=3)


def _sign_board(draw: Draw) -> None:
    draw.rectangle([300, 250, 320, 720], fill=(96, 96, 96))
    draw.rectangle([800, 250, 820, 720], fill=(96, 96, 96))
    draw.rectangle([250, 200, 870, 520], fill=(30, 78, 150), outline=(240, 240, 240), width=8)
    for line, wide in enumerate((360, 520, 480, 520, 300)):
        draw.rectangle([300, 240 + line * 52, 300 + wide, 262 + line * 52], fill=(236, 240, 246))


def _burn_caption(draw: Draw, lines: tuple[str, ...]) -> None:
    font = _font()
    wide = max(math.ceil(draw.textlength(line, font=font)) for line in lines) + 36
    top = SIZE[1] - 30 * len(lines) - 24
    draw.rectangle([14, top, 14 + wide, SIZE[1] - 12], fill=(12, 18, 26, 150))
    draw.rectangle([14, top, 20, SIZE[1] - 12], fill=(246, 196, 60, 255))
    for index, line in enumerate(lines):
        draw.text((32, top + 6 + index * 30), line, font=font, fill=(255, 255, 255, 255))


GREEN = frozenset({"illegal_on_farmland", "routine", "temporary_reclaimed"})
BARE = frozenset({"idle_started", "temporary_overdue"})
SUBJECTS: dict[str, Callable[[Draw, random.Random], None]] = {
    "idle_not_started": _weeds_and_wall,
    "idle_started": _pit_and_rig,
    "illegal_on_farmland": _half_built,
    "illegal_approved": _warehouse,
    "rural_house": _house,
    "temporary_overdue": _sheds_and_heaps,
    "temporary_reclaimed": _planted_rows,
    "routine": _fields_and_canal,
}

"""What the demo photos show: a frame going up under a crane, rebar, formwork, a pour, walls, pipes.

Each scene draws on a picture with Pillow from a seeded chance; ``stage`` (0 to 1) is how far the
building is.
"""

from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]
Scene = Callable[[Image.Image, Random, float], None]

CONCRETE = (158, 156, 150)
TIMBER = (176, 128, 78)
STEEL = (104, 72, 54)
HELMETS = ((242, 190, 26), (226, 62, 44), (240, 240, 236), (44, 102, 190))


def _shade(colour: Colour, by: float) -> Colour:
    red, green, blue = (max(0, min(255, round(part * by))) for part in colour)
    return red, green, blue


def _between(start: Colour, end: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
    return red, green, blue


def _fade(picture: Image.Image, box: tuple[int, int, int, int], top: Colour, foot: Colour) -> None:
    """A vertical gradient in a box."""
    left, upper, right, lower = box
    strip = Image.new("RGB", (1, 64))
    for row in range(64):
        strip.putpixel((0, row), _between(top, foot, row / 63))
    picture.paste(strip.resize((right - left, lower - upper), Image.Resampling.BILINEAR), box)


def _sky(picture: Image.Image, chance: Random, horizon: int) -> None:
    top, foot = chance.choice(
        (
            ((88, 142, 204), (206, 224, 236)),
            ((150, 162, 174), (214, 216, 214)),
            ((110, 148, 190), (240, 222, 190)),
        )
    )
    _fade(picture, (0, 0, picture.width, horizon), top, foot)
    clouds = Image.new("L", (picture.width // 8, horizon // 8), 0)
    pen = ImageDraw.Draw(clouds)
    for _ in range(chance.randrange(3, 6)):
        x, y = chance.randrange(clouds.width), chance.randrange(max(1, clouds.height // 2))
        for _ in range(7):
            left, upper = x + chance.randrange(-14, 14), y + chance.randrange(-3, 4)
            pen.ellipse((left, upper, left + chance.randrange(10, 24), upper + 5), fill=120)
    mask = clouds.resize((picture.width, horizon), Image.Resampling.BICUBIC)
    picture.paste((250, 250, 248), (0, 0, picture.width, horizon), mask)


def _person(pen: ImageDraw.ImageDraw, chance: Random, foot: Point, height: float) -> None:
    """A worker with helmet and vest, standing or bent over."""
    x, y = foot
    lean = chance.choice((0, 0, 0.22, -0.22)) * height
    vest = chance.choice(((236, 120, 30), (212, 214, 52), (52, 74, 120)))
    hip, neck = (x + lean * 0.2, y - height * 0.47), (x + lean, y - height * 0.82)
    wide = max(2, round(height * 0.09))
    for side in (-1, 1):
        pen.line([(x + side * height * 0.09, y), hip], fill=(46, 52, 66), width=wide)
        hand = (neck[0] + side * height * 0.17, hip[1] - height * 0.04)
        pen.line([(neck[0], neck[1] + wide), hand], fill=_shade(vest, 0.85), width=wide)
    pen.line([hip, neck], fill=vest, width=round(height * 0.2))
    radius = height * 0.075
    head = (neck[0] + lean * 0.2, neck[1] - radius)
    pen.ellipse(
        (head[0] - radius, head[1] - radius, head[0] + radius, head[1] + radius),
        fill=(198, 150, 118),
    )
    pen.pieslice(
        (head[0] - radius * 1.3, head[1] - radius * 1.5, head[0] + radius * 1.3, head[1] + radius),
        180,
        360,
        fill=chance.choice(HELMETS),
    )


def _crane(pen: ImageDraw.ImageDraw, chance: Random, foot: Point, top: float) -> None:
    """A tower crane: mast, jib, counter-jib, hook."""
    x, y = foot
    yellow = (222, 168, 30)
    for step in range(int((y - top) / 22)):
        level = y - step * 22
        pen.line([(x - 9, level), (x + 9, level - 22)], fill=yellow, width=2)
        pen.line([(x + 9, level), (x - 9, level - 22)], fill=yellow, width=2)
    pen.line([(x - 9, y), (x - 9, top)], fill=_shade(yellow, 0.8), width=4)
    pen.line([(x + 9, y), (x + 9, top)], fill=yellow, width=4)
    way = chance.choice((-1, 1))
    reach = x + way * 470
    pen.line([(x - way * 150, top), (reach, top)], fill=yellow, width=5)
    pen.line([(x, top - 26), (reach, top - 14)], fill=yellow, width=3)
    for step in range(24):
        near = x + way * step * 470 / 24
        pen.line([(near, top), (near + way * 10, top - 22)], fill=yellow, width=2)
    pen.line([(x, top - 70), (x + way * 330, top - 18)], fill=(70, 66, 58), width=2)
    pen.line([(x, top - 70), (x - way * 140, top)], fill=(70, 66, 58), width=2)
    pen.line([(x, top - 70), (x, top)], fill=yellow, width=6)
    pen.rectangle((x - way * 145 - 22, top, x - way * 145 + 22, top + 34), fill=(120, 118, 112))
    pen.rectangle((x - 14, top + 4, x + 16, top + 34), fill=(226, 228, 226), outline=(60, 60, 60))
    hook = x + way * chance.randrange(160, 400)
    drop = top + chance.randrange(120, 260)
    pen.line([(hook, top), (hook, drop)], fill=(50, 50, 50), width=2)
    pen.rectangle((hook - 30, drop, hook + 30, drop + 16), fill=STEEL)


def building(picture: Image.Image, chance: Random, stage: float) -> None:
    """The whole frame from across the road: floors, safety net, crane, hoarding."""
    horizon = 800
    _sky(picture, chance, horizon)
    _fade(picture, (0, horizon - 4, picture.width, picture.height), (150, 134, 110), (112, 98, 80))
    pen = ImageDraw.Draw(picture)
    for _ in range(9):  # the town behind
        left, high = chance.randrange(-40, picture.width), chance.randrange(60, 220)
        grey = _between((176, 190, 204), (196, 202, 206), chance.random())
        pen.rectangle((left, horizon - high, left + chance.randrange(60, 150), horizon), fill=grey)
    floors, high = 4 + round(stage * 5), 62
    left = chance.randrange(250, 420)
    right = left + 520
    top = horizon - floors * high
    _crane(pen, chance, (right + 70, horizon), max(60, top - 150))
    for floor in range(floors):
        lower = horizon - floor * high
        pen.rectangle((left, lower - high, right, lower), fill=(86, 88, 92))
        for bay in range(8):
            near = left + bay * 65
            if floor < floors - 4:  # walled below, open above
                wall = _shade((186, 120, 88), chance.uniform(0.92, 1.06))
                pen.rectangle((near + 12, lower - high + 14, near + 64, lower), fill=wall)
                pen.rectangle((near + 24, lower - 42, near + 50, lower - 12), fill=(66, 76, 88))
            elif chance.random() < 0.5:
                pen.line([(near + 36, lower), (near + 36, lower - high)], fill=TIMBER, width=3)
        for column in range(9):
            near = left + column * 65
            pen.rectangle((near - 3, lower - high, near + 12, lower), fill=CONCRETE)
        slab = _shade(CONCRETE, 1.12)
        pen.rectangle((left - 10, lower - high, right + 14, lower - high + 13), fill=slab)
    for column in range(33):  # starter bars, formwork and people at the top
        bar = left + column * 16.2
        pen.line([(bar, top), (bar, top - chance.randrange(18, 40))], fill=STEEL, width=2)
    pen.rectangle((left + 60, top - 34, left + 240, top - 4), fill=TIMBER)
    for _ in range(5):
        _person(pen, chance, (chance.randrange(left + 20, right - 20), top), 34)
    net = Image.new("RGBA", picture.size, (0, 0, 0, 0))
    mesh = ImageDraw.Draw(net)
    mesh.rectangle((left - 22, top + 150, left + 190, horizon), fill=(34, 122, 78, 190))
    for line in range(0, 220, 24):
        mesh.line(
            [(left - 22 + line, top + 130), (left - 22 + line, horizon)], (60, 60, 58, 160), 3
        )
    for line in range(int(top) + 150, horizon, 62):
        mesh.line([(left - 30, line), (left + 196, line)], (70, 70, 66, 190), 3)
    picture.paste(net, (0, 0), net)
    for panel in range(0, picture.width, 92):  # hoarding
        blue = _shade((52, 104, 168), chance.uniform(0.93, 1.05))
        pen.rectangle((panel, horizon - 46, panel + 89, horizon + 26), fill=blue)
        pen.rectangle((panel, horizon + 14, panel + 89, horizon + 26), fill=(236, 238, 236))
    for _ in range(3):
        _person(pen, chance, (chance.randrange(80, 1200), chance.randrange(868, 930)), 104)


def _slab(picture: Image.Image, chance: Random, ground: Colour) -> ImageDraw.ImageDraw:
    """Sky over a wide floor seen from its edge, with the storey's edge protection."""
    _sky(picture, chance, 330)
    _fade(picture, (0, 326, picture.width, picture.height), _shade(ground, 0.9), ground)
    pen = ImageDraw.Draw(picture)
    for left in range(-30, picture.width, chance.randrange(130, 180)):
        high = chance.randrange(30, 150)
        colour = _between((168, 182, 196), (192, 198, 202), chance.random())
        pen.rectangle((left, 326 - high, left + chance.randrange(50, 120), 326), fill=colour)
    for post in range(20, picture.width, 118):
        pen.line([(post, 330), (post, 244)], fill=(196, 44, 40), width=5)
    for rail in (252, 290):
        pen.line([(0, rail), (picture.width, rail)], fill=(224, 222, 214), width=4)
    return pen


def _columns(pen: ImageDraw.ImageDraw, chance: Random, many: int) -> None:
    """Starter bars of columns, standing out of the floor."""
    for _ in range(many):
        x, y = chance.randrange(80, 1200), chance.randrange(380, 620)
        size = (y - 250) / 260
        for bar in range(5):
            near = x + bar * 15 * size
            pen.line([(near, y), (near + 3, y - 170 * size)], fill=STEEL, width=round(4 * size) + 1)
        for ring in range(5):
            level = y - ring * 30 * size
            pen.line([(x - 3, level), (x + 63 * size, level)], fill=_shade(STEEL, 0.8), width=2)


def rebar(picture: Image.Image, chance: Random, stage: float) -> None:
    """A slab's reinforcement in perspective on its formwork."""
    pen = _slab(picture, chance, _shade(TIMBER, 0.82 + stage * 0.1))
    middle, horizon = chance.randrange(480, 800), 250.0
    for board in range(-12, 24):
        near = middle + (board * 150 - 900)
        away = middle + (near - middle) * 0.11
        pen.line([(away, 330), (near, 960)], fill=_shade(TIMBER, 0.66), width=2)
    depth = 1.0
    rows: list[float] = []
    while (level := horizon + 90 / (depth * 0.13)) > 336:
        rows.append(level)
        depth += 0.062 + depth * 0.012
    for level in rows:
        if level < 960:
            thick = max(1, round((level - horizon) / 95))
            pen.line([(0, level + thick), (1280, level + thick)], fill=(88, 62, 40), width=thick)
            pen.line([(0, level), (1280, level)], fill=STEEL, width=thick)
    for bar in range(-70, 71):
        near = middle + bar * 62
        away = middle + (near - middle) * 0.115
        colour = _shade(STEEL, chance.uniform(0.9, 1.2))
        pen.line([(away, 332), (near, 960)], fill=colour, width=4)
    for _ in range(120):  # ties and spacers
        x, y = chance.randrange(0, 1280), chance.randrange(480, 950)
        pen.rectangle((x, y, x + 5, y + 4), fill=(186, 182, 172))
    _columns(pen, chance, 4)
    for _ in range(chance.randrange(3, 6)):
        y = chance.randrange(430, 720)
        _person(pen, chance, (chance.randrange(90, 1190), y), (y - 250) * 0.62)


def formwork(picture: Image.Image, chance: Random, stage: float) -> None:
    """Panels being set, under a sky, with props, beams and a stack of timber."""
    pen = _slab(picture, chance, (172, 134, 92))
    middle = chance.randrange(500, 780)
    for sheet in range(-9, 10):
        for row, (upper, lower) in enumerate(((332, 400), (400, 510), (510, 680), (680, 960))):

            def across(edge: int, level: float) -> float:
                return middle + edge * 34 * (level - 262) / 70

            colour = _shade(
                chance.choice((TIMBER, (188, 146, 92), (160, 96, 60))), chance.uniform(0.88, 1.1)
            )
            if row < 2 + stage * 2 or sheet % 3:
                corners = [
                    (across(sheet, upper), upper),
                    (across(sheet + 1, upper), upper),
                    (across(sheet + 1, lower), lower),
                    (across(sheet, lower), lower),
                ]
                pen.polygon(corners, fill=colour, outline=(96, 66, 42))
    for wall in range(2):  # a wall's form with walers and braces
        left = 90 + wall * 640 + chance.randrange(0, 120)
        upper, lower, wide = 360, 610, 320
        pen.rectangle((left, upper, left + wide, lower), fill=_shade(TIMBER, 0.92))
        for stud in range(0, wide, 32):
            pen.line([(left + stud, upper), (left + stud, lower)], fill=(206, 168, 112), width=9)
        for waler in (410, 490, 570):
            pen.line([(left - 10, waler), (left + wide + 10, waler)], fill=(92, 94, 100), width=8)
            for tie in range(20, wide, 64):
                pen.ellipse(
                    (left + tie - 6, waler - 6, left + tie + 6, waler + 6), fill=(60, 60, 62)
                )
        pen.line([(left + wide, 420), (left + wide + 90, lower + 30)], fill=(92, 94, 100), width=7)
    _columns(pen, chance, 2)
    for plank in range(7):  # the stack
        level = 900 - plank * 17
        pen.rectangle(
            (820, level, 1160 + chance.randrange(-16, 30), level + 14),
            fill=_shade((204, 164, 106), chance.uniform(0.86, 1.08)),
        )
    for _ in range(chance.randrange(3, 6)):
        y = chance.randrange(470, 760)
        _person(pen, chance, (chance.randrange(90, 1190), y), (y - 250) * 0.6)


def pour(picture: Image.Image, chance: Random, stage: float) -> None:
    """Fresh concrete coming over the rebar from a pump's hose."""
    rebar(picture, chance, stage)
    pen = ImageDraw.Draw(picture)
    edge = chance.randrange(560, 700)
    shore: list[Point] = [(0, edge + 40)]
    for x in range(0, 1281, 64):
        shore.append((x, edge + chance.randrange(-34, 34) - x * 0.09))
    wet = (134, 136, 134)
    pen.polygon([*shore, (1280, 960), (0, 960)], fill=wet)
    for _ in range(240):
        x, y = chance.randrange(0, 1280), chance.randrange(edge + 40, 960)
        colour = _shade(wet, chance.uniform(0.86, 1.16))
        pen.ellipse((x, y, x + chance.randrange(20, 120), y + chance.randrange(3, 9)), fill=colour)
    foot = (chance.randrange(420, 860), edge + 60)
    boom = [(1280, 40), (foot[0] + 130, 120), (foot[0] + 10, 210)]
    pen.line(boom, fill=(214, 54, 42), width=18, joint="curve")
    pen.line(
        [boom[-1], (foot[0] - 6, foot[1] - 130), foot], fill=(44, 44, 46), width=26, joint="curve"
    )
    pen.ellipse((foot[0] - 90, foot[1] - 16, foot[0] + 90, foot[1] + 34), fill=_shade(wet, 0.84))
    for x in (foot[0] - 90, foot[0] + 110, foot[0] + 300, foot[0] - 290):
        _person(pen, chance, (x, foot[1] + chance.randrange(-10, 90)), 250)


def brickwork(picture: Image.Image, chance: Random, stage: float) -> None:
    """A wall being laid inside the frame, with line, pallet and mortar tub."""
    _fade(picture, (0, 0, 1280, 150), (128, 126, 122), (150, 148, 142))
    _fade(picture, (0, 150, 1280, 760), (206, 216, 222), (188, 194, 194))
    _fade(picture, (0, 756, 1280, 960), (140, 134, 126), (116, 110, 102))
    pen = ImageDraw.Draw(picture)
    done = 5 + round(stage * 9) + chance.randrange(-2, 3)
    for course in range(done):
        level = 770 - course * 38
        reach = 1090 - max(0, course - done + 4) * chance.randrange(60, 130)
        shift = 0 if course % 2 else -48
        near = 90 + shift
        while near < reach:
            colour = _shade((184, 182, 174), chance.uniform(0.88, 1.08))
            pen.rectangle((max(90, near), level - 34, min(near + 92, reach), level), fill=colour)
            near += 96
    for column in (20, 1130):
        pen.rectangle((column, 130, column + 92, 790), fill=_shade(CONCRETE, 0.96))
        pen.line([(column + 92, 130), (column + 92, 790)], fill=(110, 108, 104), width=4)
    pen.line([(112, 770 - done * 38), (1130, 770 - done * 38)], fill=(214, 52, 46), width=2)
    for block in range(12):
        x, y = 860 + block % 4 * 68, 890 - block // 4 * 40
        colour = _shade((186, 184, 176), chance.uniform(0.88, 1.08))
        pen.rectangle((x, y, x + 64, y + 36), fill=colour, outline=(120, 118, 112))
    pen.polygon([(560, 850), (720, 850), (700, 926), (580, 926)], fill=(48, 48, 50))
    pen.ellipse((562, 836, 718, 866), fill=(150, 148, 142))
    for _ in range(2):
        _person(pen, chance, (chance.randrange(200, 760), chance.randrange(800, 870)), 330)


def services(picture: Image.Image, chance: Random, stage: float) -> None:
    """A corridor's ceiling in perspective: trays, ducts and red fire mains."""
    _fade(picture, (0, 0, 1280, 960), (148, 146, 140), (130, 126, 118))
    pen = ImageDraw.Draw(picture)
    x, y = chance.randrange(560, 720), chance.randrange(430, 500)
    end = (x - 130, y - 90, x + 130, y + 90)
    pen.polygon([(0, 0), (1280, 0), (end[2], end[1]), (end[0], end[1])], fill=(128, 126, 122))
    pen.polygon([(0, 960), (1280, 960), (end[2], end[3]), (end[0], end[3])], fill=(156, 150, 140))
    pen.polygon([(0, 0), (end[0], end[1]), (end[0], end[3]), (0, 960)], fill=(186, 180, 168))
    pen.polygon([(1280, 0), (end[2], end[1]), (end[2], end[3]), (1280, 960)], fill=(172, 166, 154))
    pen.rectangle(end, fill=(214, 222, 226))

    def run(near: float, far: float, wide: float, high: float, colour: Colour) -> None:
        """A long box under the ceiling, from the camera to the far wall."""
        back = end[1] + 10
        deep = back + high * 0.1
        pen.polygon(
            [(near, -20), (near + wide, -20), (far + wide * 0.12, back), (far, back)],
            fill=colour,
            outline=_shade(colour, 0.7),
        )
        side, away = (near + wide, far + wide * 0.12) if near < x else (near, far)
        pen.polygon(
            [(side, -20), (side, high), (away, deep), (away, back)],
            fill=_shade(colour, 0.78),
        )
        outer, behind = (near, far) if near < x else (near + wide, far + wide * 0.12)
        pen.polygon(
            [(outer, high), (side, high), (away, deep), (behind, deep)],
            fill=_shade(colour, 0.92),
            outline=_shade(colour, 0.6),
        )

    run(60, end[0] + 10, 250, 190, (190, 194, 198))
    run(380, x - 60, 130, 150, (206, 208, 206))
    run(920, end[2] - 46, 240, 210, (176, 182, 188))
    for pipe, colour in enumerate(((196, 40, 34), (196, 40, 34), (44, 92, 168))):
        if stage * 3.4 < pipe:
            continue
        near = 610 + pipe * 84
        pen.line([(near, -10), (x - 12 + pipe * 16, end[1] + 8)], fill=colour, width=22 - pipe * 4)
        pen.line(
            [(near - 4, -10), (x - 14 + pipe * 16, end[1] + 6)], fill=_shade(colour, 1.35), width=4
        )
    for hanger in range(1, 6):
        share = 1 - 0.62**hanger
        level = 40 + (end[1] - 40) * share
        pen.line(
            [(60 + (end[0] - 60) * share, level), (1200 + (end[2] - 1200) * share, level)],
            fill=(84, 86, 90),
            width=max(2, 9 - hanger),
        )
    pen.line([(230, 960), (330, 430), (430, 960)], fill=(206, 160, 40), width=12)  # the ladder
    for rung in range(6):
        level = 540 + rung * 76
        pen.line([(309 - rung * 14, level), (351 + rung * 14, level)], fill=(206, 160, 40), width=8)
    _person(pen, chance, (330, 610), 330)
    _person(pen, chance, (chance.randrange(760, 1000), chance.randrange(850, 920)), 380)


SCENES: dict[str, Scene] = {
    "building": building,
    "rebar": rebar,
    "formwork": formwork,
    "pour": pour,
    "brickwork": brickwork,
    "services": services,
}

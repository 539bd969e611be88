"""Draws the mark of Daywork (点工本) in every size the systems ask for.

The mark: a foreman's notebook with its binding, a ticked line and the crew's rows under it. Run it
after changing the shape: ``python pwa/icons/draw.py``; what it writes is committed.
"""

from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).parent
BLUE = (11, 79, 158)
DEEP = (7, 52, 107)
PAPER = (255, 255, 255)
ROWS = (176, 200, 228)
FINE = 8
"""Drawn so many times larger and shrunk: Pillow's own edges are jagged."""

BOLD = 1.14
"""Where nothing is cut off, the book may be larger than the safe circle asks for."""

# All shapes on a grid of 512; the book fits the safe circle of a maskable icon.
BOOK = (136, 100, 392, 412)
RINGS = ((152, 36), (220, 36), (288, 36), (356, 36))
LINES = ((208, 300, 344), (208, 356, 304))
CHECK = ((196, 200), (244, 250), (344, 144))


def mark(size: int, *, corner: float = 0.22, zoom: float = 1.0) -> Image.Image:
    """The icon; ``corner`` is the radius of the ground (0: square), ``zoom`` sizes the book."""
    scale = size * FINE / 512
    picture = Image.new("RGBA", (size * FINE, size * FINE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    edge = size * FINE - 1
    if corner:
        draw.rounded_rectangle((0, 0, edge, edge), radius=corner * size * FINE, fill=BLUE)
    else:
        draw.rectangle((0, 0, edge, edge), fill=BLUE)

    def at(*grid: float) -> tuple[float, ...]:
        return tuple((256 + (value - 256) * zoom) * scale for value in grid)

    unit = scale * zoom
    left, top, right, bottom = BOOK
    draw.rounded_rectangle(at(left + 14, top + 16, right + 14, bottom + 16), 30 * unit, fill=DEEP)
    draw.rounded_rectangle(at(*BOOK), 30 * unit, fill=PAPER)
    for middle, length in RINGS:
        box = at(left - length / 2 - 6, middle - 9, left + length / 2, middle + 9)
        draw.rounded_rectangle(box, 9 * unit, fill=DEEP)
    for begin, height, end in LINES:
        draw.rounded_rectangle(at(begin, height - 12, end, height + 12), 12 * unit, fill=ROWS)
    points = [at(*point) for point in CHECK]
    draw.line(
        [*points[0], *points[1], *points[2]], fill=BLUE, width=round(46 * unit), joint="curve"
    )
    for x, y in points:
        reach = 23 * unit
        draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=BLUE)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def small(size: int) -> Image.Image:
    """For 16 and 32 pixels: the tick alone, or nothing could be read."""
    scale = size * FINE / 32
    picture = Image.new("RGBA", (size * FINE, size * FINE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((0, 0, size * FINE - 1, size * FINE - 1), 7 * scale, fill=BLUE)
    draw.rounded_rectangle([v * scale for v in (7, 5, 26, 27)], 3 * scale, fill=PAPER)
    for middle in (10, 16, 22):
        draw.rounded_rectangle(
            [v * scale for v in (5, middle - 1, 9, middle + 1)], scale, fill=DEEP
        )
    points = [v * scale for v in (12, 16.5, 15.5, 20, 22, 11.5)]
    draw.line(points, fill=BLUE, width=round(3.4 * scale), joint="curve")
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def svg() -> str:
    """The same mark as vectors, from the same numbers."""
    left, top, right, bottom = BOOK
    hexed = {
        name: "#{:02X}{:02X}{:02X}".format(*colour)
        for name, colour in {"blue": BLUE, "deep": DEEP, "paper": PAPER, "rows": ROWS}.items()
    }
    rings = "".join(
        f"M{left - length / 2 - 6 + 9:g} {middle}h{length - 12:g}" for middle, length in RINGS
    )
    lines = "".join(f"M{begin + 12} {height}H{end - 12}" for begin, height, end in LINES)
    tick = "M" + "L".join(f"{x} {y}" for x, y in CHECK)
    size = f'width="{right - left}" height="{bottom - top}" rx="30"'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 512 512">'
        f'<rect width="512" height="512" rx="112" fill="{hexed["blue"]}"/>'
        f'<g transform="translate({256 * (1 - BOLD):g} {256 * (1 - BOLD):g}) scale({BOLD})">'
        f'<rect x="{left + 14}" y="{top + 16}" {size} fill="{hexed["deep"]}"/>'
        f'<rect x="{left}" y="{top}" {size} fill="{hexed["paper"]}"/>'
        '<g fill="none" stroke-linecap="round" stroke-linejoin="round">'
        f'<path d="{rings}" stroke="{hexed["deep"]}" stroke-width="18"/>'
        f'<path d="{lines}" stroke="{hexed["rows"]}" stroke-width="24"/>'
        f'<path d="{tick}" stroke="{hexed["blue"]}" stroke-width="46"/>'
        "</g></g></svg>\n"
    )


def shortcut(kind: str) -> Image.Image:
    """A plain sign on the blue ground for the launcher's long-press menu."""
    size = 96
    scale = size * FINE / 24
    picture = Image.new("RGBA", (size * FINE, size * FINE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((0, 0, size * FINE - 1, size * FINE - 1), fill=BLUE)

    def stroke(*grid: float) -> None:
        points = [value * scale for value in grid]
        draw.line(points, fill=PAPER, width=round(1.8 * scale), joint="curve")
        for x, y in zip(points[::2], points[1::2], strict=True):
            reach = 0.9 * scale
            draw.ellipse((x - reach, y - reach, x + reach, y + reach), fill=PAPER)

    if kind == "today":
        stroke(8, 6.5, 16.5, 6.5, 16.5, 17.5, 8, 17.5, 8, 6.5)
        stroke(10.2, 12, 11.8, 13.7, 14.6, 10.3)
    elif kind == "photo":
        stroke(6, 9, 9, 9, 10.2, 7, 13.8, 7, 15, 9, 18, 9, 18, 17, 6, 17, 6, 9)
        lens = [v * scale for v in (9.8, 10.6, 14.2, 15)]
        draw.ellipse(lens, outline=PAPER, width=round(1.6 * scale))
    else:
        stroke(12, 14, 12, 6.5)
        stroke(9, 9.3, 12, 6.3, 15, 9.3)
        stroke(6.5, 14, 6.5, 17.5, 17.5, 17.5, 17.5, 14)
    return picture.resize((size, size), Image.Resampling.LANCZOS)


def badge() -> Image.Image:
    """The tick alone: Android paints what is not transparent in the colour of its top line."""
    scale = 96 * FINE / 32
    picture = Image.new("RGBA", (96 * FINE, 96 * FINE), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle(
        [v * scale for v in (4, 3, 28, 29)],
        4 * scale,
        outline=(255, 255, 255),
        width=round(3 * scale),
    )
    points = [v * scale for v in (10, 16.5, 14.5, 21, 22, 11)]
    draw.line(points, fill=(255, 255, 255), width=round(3.4 * scale), joint="curve")
    return picture.resize((96, 96), Image.Resampling.LANCZOS)


def main() -> None:
    """Write every file beside this one."""
    (HERE / "icon.svg").write_text(svg(), encoding="utf-8")
    for size in (192, 512):
        mark(size, zoom=BOLD).save(HERE / f"icon-{size}.png", optimize=True)
        mark(size, corner=0, zoom=0.92).save(HERE / f"maskable-{size}.png", optimize=True)
    mark(180, corner=0, zoom=BOLD).convert("RGB").save(HERE / "apple-touch-icon.png", optimize=True)
    small(32).save(HERE / "favicon.ico", sizes=[(16, 16), (32, 32)], append_images=[small(16)])
    badge().save(HERE / "badge-96.png", optimize=True)
    for kind in ("today", "photo", "outbox"):
        shortcut(kind).save(HERE / f"shortcut-{kind}.png", optimize=True)


if __name__ == "__main__":
    main()

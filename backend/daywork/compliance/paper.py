"""The pack's cover: the months in figures, what is missing in words, every file's SHA-256."""

from collections.abc import Sequence

from daywork.compliance.rules import Listed, by_worker
from daywork.compliance.service import Pack, Stock
from daywork.compliance.words import missing_words
from daywork.web.figures import man_days, moment, month
from daywork.web.language import gettext as _
from daywork.web.language import ngettext
from daywork.web.paper import SANS, Grid

MARGIN = 14.0
WIDTH = 210 - 2 * MARGIN
LINE = 5.4


class _Cover(Grid):
    """A4 portrait, text and narrow tables."""

    def __init__(self) -> None:
        super().__init__("portrait")
        self.set_margins(MARGIN, MARGIN, MARGIN)
        self.set_auto_page_break(auto=True, margin=16)

    def footer(self) -> None:
        """The page."""
        self.set_y(-12)
        self.set_font(SANS, "", 7)
        self.cell(WIDTH, 5, f"{self.page_no()} / {{nb}}", align="R")

    def begin_part(self, text: str) -> None:
        """A heading within the page."""
        self.ln(3)
        self.set_font(SANS, "B", 12)
        self.multi_cell(WIDTH, 7, text, new_x="LMARGIN", new_y="NEXT")

    def say(self, text: str, *, bold: bool = False, size: float = 9.5) -> None:
        """A paragraph."""
        self.set_font(SANS, "B" if bold else "", size)
        self.multi_cell(WIDTH, LINE, text, align="L", new_x="LMARGIN", new_y="NEXT")


def cover_of(pack: Pack, stock: Stock, listed: Sequence[Listed], *, changed: bool) -> bytes:
    """The PDF, in the reader's language."""
    paper = _Cover()
    paper.add_page()
    paper.set_font(SANS, "B", 18)
    paper.cell(WIDTH, 11, _("Compliance pack"), align="L", new_x="LMARGIN", new_y="NEXT")
    numbers = _("in full, on record with their purpose") if pack.in_full else _("masked")
    for label, fact in (
        (_("Company"), pack.company),
        (_("Site"), pack.site.name),
        (_("Period"), f"{month(pack.first)} – {month(pack.months[-1].first)}"),
        (_("Made"), f"{moment(pack.made_at, pack.site.time_zone, year=True)} · {pack.actor.name}"),
        (_("Identity and bank numbers"), numbers),
        (_("Workers"), str(stock.workers)),
    ):
        paper.say(f"{label}: {fact}")
    if changed:
        paper.say(
            _("While this pack was made, records of these months were changed: make it again."),
            bold=True,
        )
    paper.begin_part(_("The months"))
    _months(paper, stock)
    paper.begin_part(_("What is missing"))
    _missing(paper, stock)
    paper.begin_part(_("Files in this pack, with their SHA-256"))
    for one in listed:
        paper.say(one.name, bold=True, size=8)
        paper.say(f"{one.size:,} · {one.sha256}", size=7)
    return bytes(paper.output())


def _months(paper: _Cover, stock: Stock) -> None:
    heads = (
        _("Month"),
        _("Approved 工"),
        _("Overtime, hours"),
        _("Earned"),
        _("Advances"),
        _("Paid"),
        _("Outstanding"),
    )
    wide = WIDTH / len(heads)
    for head in heads:
        paper.write_fitting(wide, 7, head, 8, bold=True, border=1)
    paper.ln(7)
    for one in stock.months:
        cells = (
            one.month.text,
            man_days(one.man_days),
            f"{one.overtime_hours.normalize():f}",
            *(f"{amount:,.2f}" for amount in (one.earned, one.advances, one.payments)),
            f"{one.outstanding:,.2f}",
        )
        for cell in cells:
            paper.write_fitting(wide, 6.5, cell, 8.5, align="R", border=1)
        paper.ln(6.5)


def _missing(paper: _Cover, stock: Stock) -> None:
    if not stock.missing:
        paper.say(_("Nothing: every worker has what the wage ledger and the register ask for."))
        return
    for one in stock.missing:
        if one.worker is None:
            paper.say(f"· {missing_words(one, stock.currency)}")
    workers = by_worker(stock.missing)
    if workers:
        paper.say(ngettext("Of %(n)s worker:", "Of %(n)s workers:", len(workers)), bold=True)
    for who, lacks in workers:
        said = "; ".join(missing_words(one, stock.currency) for one in lacks)
        named = f"{who.number} {who.name}".strip()
        paper.say(f"· {named}: {said}", size=9)

"""What is missing in a pack, in the language now spoken."""

from typing import Final

from daywork.compliance.rules import PACK_BROKEN, Lacking, Missing
from daywork.ground.problems import NOT_ALLOWED, NOT_FOUND
from daywork.register.rules import NO_KEY
from daywork.web.figures import money, month
from daywork.web.language import gettext as _
from daywork.web.language import ngettext

_WHY: Final = {kind.slug: kind.title for kind in (NOT_ALLOWED, NOT_FOUND, NO_KEY)}
"""Why a part of a pack may be given up."""


def problem_words(slug: str) -> str:
    """Why a site's part is not in the pack."""
    return _(_WHY.get(slug, PACK_BROKEN.title))


def missing_words(one: Missing, currency: str) -> str:
    """One thing that is missing: ``Not signed: March 2026``."""
    when = month(one.month.first) if one.month else ""
    day = one.day.isoformat() if one.day else ""
    match one.what:
        case Lacking.IDENTITY:
            return _("No identity number")
        case Lacking.PHONE:
            return _("No phone number")
        case Lacking.BANK:
            return _("No bank account")
        case Lacking.CONTRACT:
            return _("No labour contract")
        case Lacking.CONTRACT_ENDED:
            return _("The labour contract has run out: %(day)s", day=day)
        case Lacking.CERTIFICATE_ENDED:
            return _("A certificate has run out: %(day)s", day=day)
        case Lacking.UNPRICED:
            return _("Work without a rate: %(when)s", when=when)
        case Lacking.HELD:
            return _("Booked twice, not settled: %(when)s", when=when)
        case Lacking.DISPUTED:
            since = one.since.isoformat() if one.since else ""
            return _(
                "Disputes %(when)s, not answered since %(since)s", when=day or when, since=since
            )
        case Lacking.ADVANCE_WAITING:
            return _("An advance is not decided on: %(when)s", when=when)
        case Lacking.NOT_ON_SHEET:
            return _("Earned, but not on the closed wage sheet: %(when)s", when=when)
        case Lacking.NOT_SIGNED:
            return _("Wage sheet not signed: %(when)s", when=when)
        case Lacking.NOT_PAID:
            amount = money(one.amount, currency)
            return _("Not paid: %(when)s, %(amount)s", when=when, amount=amount)
        case Lacking.NOT_SETTLED:
            return _("Left on %(day)s without a settlement", day=day)
        case Lacking.SETTLEMENT_NOT_SIGNED:
            return _("Settlement until %(day)s not signed", day=day)
        case Lacking.SETTLEMENT_NOT_PAID:
            amount = money(one.amount, currency)
            return _("Settlement until %(day)s not paid: %(amount)s", day=day, amount=amount)
        case Lacking.WAITING:
            said = ngettext(
                "%(n)s sheet is not decided on", "%(n)s sheets are not decided on", one.n
            )
            return f"{when}: {said}"
        case Lacking.NO_WAGE_SHEET:
            return f"{when}: " + _(
                "no closed wage sheet, %(crew)s", crew=one.name or _("All crews")
            )
        case Lacking.NO_PAY_DAY:
            return f"{when}: " + _(
                "no pay day on the wage sheet, %(crew)s", crew=one.name or _("All crews")
            )

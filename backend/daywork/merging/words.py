"""What is said of two records that may be one worker, in the language now spoken."""

from daywork.merging.rules import Built, Match
from daywork.web.language import gettext as _


def match(of: Match) -> str:
    """What two records have in common."""
    return {
        Match.IDENTITY: _("Same identity number"),
        Match.ACCOUNT: _("Same bank account"),
        Match.PHONE: _("Same phone"),
        Match.NAME: _("Same name"),
    }[of]


def built(of: Built) -> str:
    """What was made of both records together."""
    return {
        Built.MERGE: _("a further merge"),
        Built.WAGE_SHEET: _("a closed wage sheet"),
        Built.SETTLEMENT: _("a settlement"),
        Built.PAYMENT: _("a payment"),
    }[of]

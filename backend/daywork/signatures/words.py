"""Signatures in the reader's language."""

from typing import Final

from daywork.signatures.rules import Party, Signature, Signing
from daywork.web import figures
from daywork.web.language import gettext


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


OUTCOMES: Final = {
    Signing.SIGNED: _("Signed"),
    Signing.FOR_RECORD: _("Signed for the record only"),
    Signing.REFUSED: _("Refused to sign"),
    Signing.ABSENT: _("Was not there"),
}

PARTIES: Final = {
    Party.CLIENT: _("Client"),
    Party.CONTRACTOR: _("Main contractor"),
    Party.WORKER: _("Worker (signer)"),
}


def outcome_words(outcome: Signing) -> str:
    """What came of asking."""
    return gettext(OUTCOMES[outcome])


def party_words(party: Party) -> str:
    """For whom somebody signed."""
    return gettext(PARTIES[party])


def when_words(one: Signature, time_zone: str, *, year: bool = False) -> str:
    """When it was taken; of one that came later also when the office had it, and by whose clock."""
    had = figures.moment(one.at, time_zone, year=year)
    if one.mutation is None:
        return had
    if one.signed_at is None:
        return gettext(_("received %(at)s"), at=had)
    taken = figures.moment(one.signed_at, time_zone, year=year)
    if one.clock_doubtful:
        return gettext(
            _("received %(at)s; the phone said %(when)s, its clock was off"), at=had, when=taken
        )
    return gettext(_("%(when)s on the phone, received %(at)s"), at=had, when=taken)

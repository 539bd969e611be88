"""The form that books what is still due, of a wage sheet or of a settlement."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from daywork.ground.problems import Problem
from daywork.money.rules import Method
from daywork.register.rules import NO_KEY
from daywork.web.forms import Answers
from daywork.web.language import gettext as _


def methods() -> list[tuple[Method, str]]:
    """How wages reach the worker, the way the law wants first."""
    return [
        (Method.CONTRACTOR, _("By the main contractor")),
        (Method.BANK, _("By bank transfer")),
        (Method.CASH, _("In cash")),
    ]


@dataclass(frozen=True, slots=True)
class Payout:
    """What was chosen: when, how, and what the bank calls it."""

    paid_on: date
    method: Method
    reference: str

    @classmethod
    def of(cls, answers: Answers) -> Self | None:
        """Read the form; None when something is wrong with it: nobody guesses a day or a way."""
        paid_on = answers.day("paid_on", needed=True)
        method = answers.one_of("method", list(Method), needed=True)
        reference = answers.text("reference", longest=80)
        if answers.faults or paid_on is None:
            return None
        return cls(paid_on, Method(method), reference)


def is_told_on_the_page(problem: Problem) -> bool:
    """Whether the page can say it; else it is no matter of this form."""
    return problem.kind.status not in (403, 404) and problem.kind is not NO_KEY

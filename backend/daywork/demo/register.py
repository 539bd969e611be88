"""Who the demo's workers are on paper. Numbers are made to be valid and to belong to nobody.

Their region is one no county has (…99), everybody was born on the first of a month, and their bank
cards begin with a number no bank was given. A few are missing, one certificate runs out soon, and
one man stands in the books twice.
"""

import random
from datetime import date, timedelta
from typing import Any, Final

from daywork.demo.names import ORGANISATION, name_of
from daywork.demo.people import CREWS, MEMBERS, SITES, WORKERS, WorkerSpec, trade_id
from daywork.demo.queries import insert_rows
from daywork.register.keeping import changed, nothing_kept
from daywork.register.numbers import check_sign, passes_luhn
from daywork.register.queries import Kept, save_identities
from daywork.register.rules import CertificateKind, Change
from daywork.register.sealing import Keyring

TWICE: Final = "谢洪亮"
"""Has moved to the other site, whose office wrote him down anew."""
SECOND: Final = name_of(f"worker {TWICE} again")
FOREIGN: Final = {
    "Marek Nowak": "ZS0000001",
    "Arturo Salinas": "P0000002A",
    "Liam Doyle": "LD0000003",
}
UNKNOWN: Final = ("朱阿根", "于淑芬", "Kwame Boateng", "任卫国")
"""Of whom the office has nothing yet."""
WITHOUT_ACCOUNT: Final = ("宋喜田", "丁宝根", "姜小芹")
WITHOUT_CONTRACT: Final = ("徐小兵", "戴秋生", "胡文斌")
ENDING: Final = "苏丽娟"
"""Her signaller's certificate runs out soon."""
_REGIONS: Final = ("320199", "340199", "410199", "330199", "420199")
_CERTIFICATES: Final = {
    "架子工": CertificateKind.SCAFFOLDER,
    "信号工": CertificateKind.SIGNALLER,
    "水电工": CertificateKind.ELECTRICIAN,
}


def number_of(name: str) -> str:
    """A valid identity number that belongs to nobody."""
    chance = random.Random(f"identity {name}")  # noqa: S311 - the same demo every time
    born = f"{chance.randint(1968, 2003)}{chance.randint(1, 12):02d}01"
    woman = name[-1] in "兰芬芳英芹娟燕"
    sequence = f"{chance.randrange(0, 999, 2) + (0 if woman else 1):03d}"
    seventeen = chance.choice(_REGIONS) + born + sequence
    return seventeen + check_sign(seventeen)


def account_of(name: str) -> str:
    """A card number with a check digit that fits, of no bank."""
    chance = random.Random(f"account {name}")  # noqa: S311
    body = "620000" + f"{chance.randrange(10**12):012d}"
    return next(body + digit for digit in "0123456789" if passes_luhn(body + digit))


def _identity(keys: Keyring, worker: WorkerSpec) -> Kept:
    foreign = FOREIGN.get(worker.name)
    has_account = worker.name not in WITHOUT_ACCOUNT
    change = Change(
        kind="passport" if foreign else "resident",
        number=foreign or number_of(worker.name),
        bank_name="青岭农商银行" if has_account else None,
        bank=account_of(worker.name) if has_account else None,
    )
    return changed(ORGANISATION, keys, nothing_kept(worker.id), change)[0]


async def write_register(keys: Keyring, today: date) -> None:
    """The register, on the open transaction of the demo company."""
    known = [worker for worker in WORKERS.values() if worker.name not in UNKNOWN]
    kept = [_identity(keys, worker) for worker in known]
    again = Change(kind="resident", number=number_of(TWICE))
    await _write_again(today)
    kept.append(changed(ORGANISATION, keys, nothing_kept(SECOND), again)[0])
    office = MEMBERS["lin"].id
    await save_identities(ORGANISATION, office, kept)
    signed = [worker for worker in known if worker.name not in WITHOUT_CONTRACT]
    await insert_rows(
        "worker_contract",
        ("id", "site", "worker", "signed_on", "ends_on", "made_by"),
        "uuid uuid uuid date date uuid",
        [
            (
                name_of(f"contract {worker.name}"),
                SITES[CREWS[worker.crew].site].id,
                worker.id,
                today + timedelta(worker.joined - 1),
                None,
                office,
            )
            for worker in signed
        ],
    )
    await insert_rows(
        "worker_certificate",
        ("id", "worker", "kind", "valid_until", "made_by"),
        "uuid uuid text date uuid",
        [_certificate(worker, today) for worker in known if worker.trade in _CERTIFICATES],
    )


def _certificate(worker: WorkerSpec, today: date) -> tuple[Any, ...]:
    days = 21 if worker.name == ENDING else 200 + len(worker.name) * 40
    return (
        name_of(f"certificate {worker.name}"),
        worker.id,
        _CERTIFICATES[worker.trade],
        today + timedelta(days),
        MEMBERS["lin"].id,
    )


async def _write_again(today: date) -> None:
    """The same man, written down a second time on the other site."""
    crew = CREWS["brick"]
    await insert_rows(
        "worker",
        ("id", "name", "number", "trade", "created_by"),
        "uuid text text uuid uuid",
        [(SECOND, TWICE, "Q900", trade_id("普工"), MEMBERS["lin"].id)],
    )
    await insert_rows(
        "roster",
        ("site", "worker", "crew", "joined_on"),
        "uuid uuid uuid date",
        [(SITES[crew.site].id, SECOND, crew.id, today - timedelta(5))],
    )

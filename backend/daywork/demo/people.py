"""Who works for the demo company: members, crews, workers, and what their work costs.

Every person, company and telephone number is invented. Offsets are days from the demo's today.
"""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from daywork.demo.names import name_of
from daywork.ground.terms import RateUnit, Role
from daywork.people.rules import shown_phone

COMPANY = "青岑营造工程有限公司"
PASSWORD = "daywork-demo"  # noqa: S105 - meant to be known: it opens invented data only
FOUNDED_ON = -150


@dataclass(frozen=True, slots=True)
class SiteSpec:
    """One construction project."""

    key: str
    name: str
    hours_per_day: Decimal
    overtime_hours_per_man_day: Decimal
    latitude: float
    longitude: float
    starts_on: int
    ends_on: int
    supervisor: str

    @property
    def id(self) -> UUID:
        """Its name in the database."""
        return name_of(f"site {self.key}")


SITES = {
    site.key: site
    for site in (
        SiteSpec(
            "lake", "湖畔云庭 3# 楼", Decimal(8), Decimal(6), 30.29362, 120.01847, -140, 260, "zhao"
        ),
        SiteSpec(
            "park",
            "临溪产业园 Linxi Park",
            Decimal(9),
            Decimal(9),
            30.18114,
            120.26493,
            -110,
            180,
            "turner",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class MemberSpec:
    """Somebody who signs in."""

    key: str
    name: str
    phone: str
    language: str
    role: Role | None
    """None: the owner."""
    sites: tuple[str, ...] = ()

    @property
    def id(self) -> UUID:
        """Its name in the database."""
        return name_of(f"member {self.key}")


_BOTH = ("lake", "park")
MEMBERS = {
    member.key: member
    for member in (
        MemberSpec("shen", "沈怀远", "+8613800000001", "zh-CN", None),
        MemberSpec("lin", "林晓棠 Grace Lin", "+8613800000002", "zh-CN", Role.OFFICE, _BOTH),
        MemberSpec("zhao", "赵立群", "+8613800000003", "zh-CN", Role.SUPERVISOR, ("lake",)),
        MemberSpec("turner", "Michael Turner", "+8613800000004", "en", Role.SUPERVISOR, ("park",)),
        MemberSpec("zhou", "周伟民", "+8613800000005", "zh-CN", Role.FOREMAN, ("lake",)),
        MemberSpec("ma", "马德海", "+8613800000006", "zh-CN", Role.FOREMAN, ("lake",)),
        MemberSpec("he", "何建国", "+8613800000007", "zh-CN", Role.FOREMAN, ("lake",)),
        MemberSpec("wu", "吴顺才", "+8613800000008", "zh-CN", Role.FOREMAN, ("park",)),
        MemberSpec("reyes", "Daniel Reyes", "+8613800000009", "en", Role.FOREMAN, ("park",)),
    )
}

_ROLE_WORDS = {
    None: "Owner 管理员",
    Role.OFFICE: "Office 办公室",
    Role.SUPERVISOR: "Supervisor 项目经理",
    Role.FOREMAN: "Foreman 班组长",
}
SIGN_INS: list[tuple[str, str, str, str]] = [
    (_ROLE_WORDS[MEMBERS[key].role], MEMBERS[key].name, shown_phone(MEMBERS[key].phone), PASSWORD)
    for key in ("shen", "lin", "zhao", "turner", "zhou", "reyes")
]
"""Role, name, login and password of those worth trying; the other foremen follow the pattern."""

TRADES = {
    "木工": "Carpenter",
    "钢筋工": "Steel fixer",
    "混凝土工": "Concreter",
    "砌筑工": "Bricklayer",
    "水电工": "Plumber and electrician",
    "架子工": "Scaffolder",
    "信号工": "Crane signaller",
    "普工": "General labourer",
}


def trade_id(trade: str) -> UUID:
    """The trade's name in the database."""
    return name_of(f"trade {trade}")


@dataclass(frozen=True, slots=True)
class CrewSpec:
    """A gang of workers with its foreman; ``company`` is set when it is a subcontractor's."""

    key: str
    site: str
    name: str
    trade: str
    foreman: str
    workers: tuple[tuple[str, str], ...]
    """Trade and names, the names separated by commas."""
    company: str = ""

    @property
    def id(self) -> UUID:
        """Its name in the database."""
        return name_of(f"crew {self.key}")


CREWS = {
    crew.key: crew
    for crew in (
        CrewSpec(
            "form",
            "lake",
            "木工一班",
            "木工",
            "zhou",
            (
                (
                    "木工",
                    "王建军,李国强,张志明,刘宝山,陈永福,杨德胜,黄金水,赵铁柱,周长青,徐小兵,孙海波,胡文斌",
                ),
                ("架子工", "林正义"),
                ("普工", "朱阿根,高秀兰"),
            ),
        ),
        CrewSpec(
            "rebar",
            "lake",
            "钢筋班",
            "钢筋工",
            "ma",
            (
                (
                    "钢筋工",
                    "何大伟,郭春生,马小军,罗长林,梁永刚,宋喜田,郑卫东,谢洪亮,韩冬生,唐光荣,冯学礼",
                ),
                ("普工", "于淑芬,董来福"),
            ),
            "砺川云工劳务有限公司",
        ),
        CrewSpec(
            "pour",
            "lake",
            "混凝土班",
            "混凝土工",
            "he",
            (
                ("混凝土工", "程国庆,曹大勇,袁建平,邓水生,许志强,傅长贵,沈小龙,曾庆生"),
                ("信号工", "苏丽娟,卢小燕"),
                ("普工", "彭桂英,吕满仓"),
            ),
        ),
        CrewSpec(
            "brick",
            "park",
            "砌筑班",
            "砌筑工",
            "wu",
            (
                ("砌筑工", "蒋福林,蔡明亮,贾立新,丁宝根,魏建华,薛长海,叶春林,阎有才"),
                ("普工", "余桂芳,潘阿四,杜二喜,戴秋生"),
            ),
            "砺川云工劳务有限公司",
        ),
        CrewSpec(
            "services",
            "park",
            "机电安装班 M&E",
            "水电工",
            "reyes",
            (
                (
                    "水电工",
                    "Marek Nowak,Arturo Salinas,Kwame Boateng,Liam Doyle,夏志远,钟建新,汪小明,"
                    "田家宝,任卫国",
                ),
                ("普工", "姜小芹"),
            ),
            "Wrenford & Tarn M&E",
        ),
    )
}

NEW_ON_SITE = "胡文斌"
"""Added by his foreman on the phone, on the day he came."""
NEW_ON_SITE_FROM = -13
LENT = "林正义"
"""Scaffolds on one site and helps out on the other: he can be booked twice on one day."""
LEFT = "唐光荣"
"""Left, and stands on a sheet all the same."""
LEFT_ON = -10
JOINED = {"徐小兵": -29, "沈小龙": -25, "Liam Doyle": -38, "戴秋生": -33, NEW_ON_SITE: -13}
ON_LEAVE = {
    "刘宝山": (-30, -25),
    "谢洪亮": (-19, -15),
    "许志强": (-36, -33),
    "丁宝根": (-24, -20),
    "Arturo Salinas": (-16, -12),
}
"""Away for some days: from, to."""


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """Somebody who is paid."""

    name: str
    number: str
    trade: str
    crew: str
    phone: str | None
    joined: int

    @property
    def id(self) -> UUID:
        """Its name in the database."""
        return name_of(f"worker {self.name}")


def _workers() -> list[WorkerSpec]:
    made: list[WorkerSpec] = []
    for crew in CREWS.values():
        for trade, names in crew.workers:
            for name in names.split(","):
                n = len(made) + 1
                phone = None if n % 9 == 0 else f"+8615000{n * 7919 % 1000000:06d}"
                joined = JOINED.get(name, SITES[crew.site].starts_on + 20 + n % 17)
                made.append(WorkerSpec(name, f"Q{n:03d}", trade, crew.key, phone, joined))
    return made


WORKERS = {worker.name: worker for worker in _workers()}


@dataclass(frozen=True, slots=True)
class RateSpec:
    """What a trade or a worker costs: CNY a 工, an hour or a month."""

    whose: str
    amount: Decimal
    overtime_hour: Decimal | None = None
    unit: RateUnit = RateUnit.MAN_DAY
    since: int = FOUNDED_ON
    until: int | None = None

    @property
    def id(self) -> UUID:
        """Its name in the database."""
        return name_of(f"rate {self.whose} {self.since}")


RAISE_ON = -21
"""The carpenters' rate went up on this day."""

RATES = [
    RateSpec("木工", Decimal(380), until=RAISE_ON - 1),
    RateSpec("木工", Decimal(400), since=RAISE_ON),
    RateSpec("钢筋工", Decimal(360)),
    RateSpec("混凝土工", Decimal(330)),
    RateSpec("砌筑工", Decimal(350), Decimal(45)),
    RateSpec("水电工", Decimal(345)),
    RateSpec("架子工", Decimal(370)),
    RateSpec("普工", Decimal(240), Decimal(30)),
    # 信号工 has none, so two workers' pay waits for the office.
    RateSpec("王建军", Decimal(430), Decimal(72)),
    RateSpec("李国强", Decimal(9800), unit=RateUnit.MONTH),
    RateSpec("何大伟", Decimal(400), Decimal(65)),
    RateSpec("程国庆", Decimal(370)),
    RateSpec("蒋福林", Decimal(390), Decimal(50)),
    RateSpec("Marek Nowak", Decimal(52), Decimal(70), RateUnit.HOUR),
    RateSpec("夏志远", Decimal(380)),
]

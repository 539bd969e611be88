"""The plan of both sites: tasks with dates, quantities and budgets, and how they really went.

Dates are days from the demo's today. ``really`` is when a task began and will be finished; what
lies after today has not happened yet.
"""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from daywork.demo.names import name_of

EXPECTED = {"form": 390, "rebar": 365, "pour": 340, "brick": 355, "services": 350}
"""What a 工 of a crew was expected to cost when the plan was made, CNY."""
COST_CODES = {
    "form": "01.1 模板人工",
    "rebar": "01.2 钢筋人工",
    "pour": "01.3 混凝土人工",
    "brick": "01.4 砌筑人工",
    "services": "01.5 水电人工",
}


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """One line of the work breakdown; without dates of its own it is a summary."""

    site: str
    code: str
    name: str
    name_en: str
    planned: tuple[int, int] | None = None
    really: tuple[int, int] | None = None
    crew: str | None = None
    unit: str = ""
    quantity: Decimal | None = None
    budget: Decimal = Decimal(0)
    man_days: Decimal = Decimal(0)
    stopped_on: int | None = None

    @property
    def id(self) -> UUID:
        """Its name in the database."""
        return name_of(f"task {self.site} {self.code}")

    @property
    def is_summary(self) -> bool:
        """Whether its figures are those of the tasks below it."""
        return self.planned is None

    @property
    def parent(self) -> str | None:
        """The code of the task above."""
        above = self.code.rpartition(".")[0]
        return above or None

    @property
    def weight(self) -> Decimal:
        """Share in its summary: its budget in thousands."""
        return self.budget / 1000

    @property
    def labour_budget(self) -> Decimal:
        """What its labour was planned to cost: its 工 at what the crew's trade was expected to."""
        return self.man_days * EXPECTED.get(self.crew or "", 320)

    @property
    def cost_code(self) -> str:
        """Where its labour is booked: by the kind of crew, as the site's own list has it."""
        return "" if self.is_summary else COST_CODES.get(self.crew or "", "01.9 其他人工")

    def percent_on(self, offset: int) -> Decimal:
        """What is really done by that evening, percent."""
        if self.really is None or offset < self.really[0]:
            return Decimal(0)
        if self.stopped_on is not None:
            offset = min(offset, self.stopped_on)
        begun, finished = self.really
        share = Decimal(offset - begun + 1) / Decimal(finished - begun + 1)
        return min(share, Decimal(1)) * 100


def _task(
    site: str,
    code: str,
    name: str,
    name_en: str,
    planned: tuple[int, int],
    really: tuple[int, int] | None,
    crew: str | None,
    unit: str,
    quantity: int | None,
    budget: int,
    man_days: int,
    stopped_on: int | None = None,
) -> TaskSpec:
    return TaskSpec(
        site,
        code,
        name,
        name_en,
        planned,
        really,
        crew,
        unit,
        None if quantity is None else Decimal(quantity),
        Decimal(budget),
        Decimal(man_days),
        stopped_on,
    )


FLOORS = {6: ("六层", -46, 0), 7: ("七层", -35, 1), 8: ("八层", -24, 3), 9: ("九层", -13, 5)}
"""Name, planned first day, and days the floor really ran late."""


def _floors() -> list[TaskSpec]:
    tasks: list[TaskSpec] = []
    for number, (name, first, late) in FLOORS.items():
        code, level = f"2.{number - 4}", f"Level {number}"
        begun = first + late
        tasks += [
            TaskSpec("lake", code, f"{name}结构", f"{level} structure"),
            _task(
                "lake",
                f"{code}.1",
                f"{name}模板",
                f"{level} formwork",
                (first, first + 6),
                (begun, begun + 6 + (late > 3)),
                "form",
                "m²",
                1460,
                96000,
                165,
            ),
            _task(
                "lake",
                f"{code}.2",
                f"{name}钢筋",
                f"{level} reinforcement",
                (first + 3, first + 8),
                (begun + 3, begun + 9),
                "rebar",
                "t",
                42,
                231000,
                130,
            ),
            _task(
                "lake",
                f"{code}.3",
                f"{name}混凝土",
                f"{level} concrete",
                (first + 9, first + 10),
                (begun + 9 + (late > 3), begun + 10 + (late > 3)),
                "pour",
                "m³",
                286,
                148000,
                26,
            ),
        ]
    return tasks


def _lake() -> list[TaskSpec]:
    site = "lake"
    return [
        TaskSpec(site, "1", "地基与基础", "Foundations"),
        _task(site, "1.1", "土方开挖", "Excavation", (-138, -118), (-138, -116), None, "m³",
              6200, 217000, 60),
        _task(site, "1.2", "筏板钢筋", "Raft reinforcement", (-117, -108), (-115, -106), "rebar",
              "t", 92, 506000, 240),
        _task(site, "1.3", "筏板混凝土", "Raft concrete", (-107, -105), (-105, -103), "pour",
              "m³", 980, 509000, 48),
        _task(site, "1.4", "地下室防水", "Basement waterproofing", (-104, -94), (-101, -91), None,
              "m²", 2150, 139000, 70),
        TaskSpec(site, "2", "主体结构", "Structure"),
        _task(site, "2.1", "一至五层结构", "Levels 1 to 5", (-102, -47), (-101, -47), "form",
              "层", 5, 2310000, 1500),
        *_floors(),
        _task(site, "2.6", "十层结构", "Level 10 structure", (-2, 9), None, "form",
              "层", 1, 475000, 320),
        _task(site, "2.7", "外脚手架", "External scaffolding", (-100, 40), (-98, 52), "form",
              "m²", 8600, 258000, 150),
        TaskSpec(site, "3", "二次结构与装修", "Infill and finishes"),
        _task(site, "3.1", "一至三层砌体", "Levels 1 to 3 masonry", (6, 30), None, None,
              "m³", 260, 156000, 210),
        _task(site, "3.2", "外墙保温", "External insulation", (45, 90), None, None,
              "m²", 7400, 592000, 380),
        _task(site, "4", "文明施工与养护", "Housekeeping and curing", (-120, 240), (-120, 240),
              "pour", "", None, 186000, 980),
    ]  # fmt: skip


def _park() -> list[TaskSpec]:
    site = "park"
    return [
        TaskSpec(site, "1", "砌体工程", "Masonry"),
        _task(site, "1.1", "一层砌体", "Ground floor masonry", (-60, -40), (-60, -39), "brick",
              "m³", 182, 109000, 150),
        _task(site, "1.2", "二层砌体", "First floor masonry", (-39, -20), (-38, -17), "brick",
              "m³", 176, 105000, 145),
        _task(site, "1.3", "三层砌体", "Second floor masonry", (-19, -2), (-16, 5), "brick",
              "m³", 168, 101000, 140),
        _task(site, "1.4", "四层砌体", "Third floor masonry", (-1, 18), None, "brick",
              "m³", 160, 96000, 135),
        _task(site, "1.5", "构造柱与圈梁", "Tie columns and ring beams", (-50, 10), (-48, 14),
              "brick", "m³", 64, 77000, 110),
        TaskSpec(site, "2", "机电安装", "Mechanical and electrical"),
        _task(site, "2.1", "电缆桥架", "Cable trays", (-45, -15), (-45, -12), "services",
              "m", 860, 129000, 95),
        _task(site, "2.2", "给排水立管", "Water and drainage risers", (-36, -6), (-36, 2),
              "services", "m", 640, 83000, 90),
        _task(site, "2.3", "消防管网", "Fire mains", (-30, 6), (-28, 8), "services",
              "m", 1250, 187000, 130, stopped_on=-9),
        _task(site, "2.4", "配电箱安装", "Distribution boards", (-12, 8), None, "services",
              "台", 48, 120000, 40),
        _task(site, "2.5", "通风风管", "Ventilation ducts", (-20, 12), (-18, 10), "services",
              "m²", 980, 176000, 105),
        TaskSpec(site, "3", "室外工程", "External works"),
        _task(site, "3.1", "雨污水管网", "Storm and foul drains", (5, 25), None, None,
              "m", 420, 168000, 80),
        _task(site, "3.2", "厂区道路", "Estate roads", (15, 45), None, None,
              "m²", 2600, 494000, 130),
        _task(site, "4", "临设与文明施工", "Temporary works and housekeeping", (-100, 170),
              (-100, 170), "brick", "", None, 98000, 240),
    ]  # fmt: skip


TASKS = {(task.site, task.code): task for task in [*_lake(), *_park()]}
"""By site and code, in the order of the plan."""


def dates_of(task: TaskSpec) -> tuple[int, int]:
    """Planned first and last day; a summary's reach over the tasks below it."""
    if task.planned is not None:
        return task.planned
    spans = [leaf.planned for leaf in leaves_below(task) if leaf.planned is not None]
    return min(first for first, _ in spans), max(last for _, last in spans)


def weight_of(task: TaskSpec) -> Decimal:
    """Weight; a summary's is the sum of the tasks below it."""
    if not task.is_summary:
        return task.weight
    return sum((leaf.weight for leaf in leaves_below(task)), Decimal(0))


def leaves_below(task: TaskSpec) -> list[TaskSpec]:
    """The tasks under a summary that have figures of their own."""
    return [
        other
        for other in TASKS.values()
        if other.site == task.site
        and other.code.startswith(task.code + ".")
        and not other.is_summary
    ]


def task_of_crew(crew: str, offset: int) -> TaskSpec:
    """What a crew mainly worked at on a day."""
    if crew == "brick":
        code = "1.1" if offset < -38 else "1.2" if offset < -16 else "1.3"
        return TASKS["park", code]
    if crew == "services":
        code = "2.1" if offset < -28 else "2.3" if offset <= -9 else "2.5"
        return TASKS["park", code]
    part = {"form": "1", "rebar": "2", "pour": "3"}[crew]
    at_work = TASKS["lake", "4"] if crew == "pour" else TASKS["lake", f"2.2.{part}"]
    for number in FLOORS:
        task = TASKS["lake", f"2.{number - 4}.{part}"]
        begun, finished = task.really or (0, 0)
        if begun <= offset and (crew != "pour" or offset <= finished):
            at_work = task
    return at_work

"""The words of the domain that are stored or sent: one spelling for code, database and wire.

The Chinese terms beside them are those of the screens; see docs and the design's word list.
"""

from enum import StrEnum


class Role(StrEnum):
    """What a member is on one site. ``owner`` 管理员 is a property of the member, not of a site."""

    FOREMAN = "foreman"  # 班组长
    SUPERVISOR = "supervisor"  # 项目经理 / 监理
    OFFICE = "office"  # 办公室


class EntryKind(StrEnum):
    """What a phone records, syncs and gets approved; also the mutation type that records it."""

    LABOUR_SHEET = "labour.sheet"  # 点工单
    PROGRESS_REPORT = "progress.report"  # 进度
    PHOTO = "photo.record"  # 照片
    ADVANCE = "labour.advance"  # 借支
    DELAY = "delay.report"  # 延误


class EntryState(StrEnum):
    """``submitted → approved | returned``; ``returned → submitted`` as a new version."""

    SUBMITTED = "submitted"  # 待批
    APPROVED = "approved"  # 已通过
    RETURNED = "returned"  # 已退回
    VOID = "void"  # 已作废


class Outcome(StrEnum):
    """A decision on one version of one entry."""

    APPROVED = "approved"
    RETURNED = "returned"
    REOPENED = "reopened"
    PASSED = "passed"  # 初审通过: the first of two steps, the record waits for the second


class How(StrEnum):
    """How a decision came about."""

    BY_HAND = "by_hand"
    OFFLINE = "offline"
    """Decided on a phone without a network, sent later."""
    UNDONE = "undone"
    """Taken back within seconds by who had decided."""
    AUTOMATIC = "automatic"
    """By the site's rule, without anybody looking."""


class LabourUnit(StrEnum):
    """How a line was entered; it keeps what was entered."""

    MAN_DAYS = "man_days"  # 工
    HOURS = "hours"  # 小时


class RateUnit(StrEnum):
    """What a rate is the price of."""

    MAN_DAY = "man_day"
    HOUR = "hour"
    QUANTITY = "quantity"
    MONTH = "month"


class TaskStatus(StrEnum):
    """What the foreman says of a task; ``stopped`` asks for a cause."""

    NOT_BEGUN = "not_begun"
    GOING = "going"
    STOPPED = "stopped"
    DONE = "done"


class StopCause(StrEnum):
    """Why a task stands still."""

    RAIN = "rain"
    MATERIAL = "material"
    DRAWING = "drawing"
    LABOUR = "labour"
    PLANT = "plant"
    PERMIT = "permit"
    OTHER = "other"


class DayKind(StrEnum):
    """What a day is by law and by the site's week; overtime is priced by it."""

    WORKDAY = "workday"  # 工作日
    REST_DAY = "rest_day"  # 休息日
    STATUTORY_HOLIDAY = "statutory_holiday"  # 法定节假日


class LinkKind(StrEnum):
    """How a task hangs on another: which end of the one waits for which end of the other."""

    FINISH_START = "FS"  # 完成—开始
    START_START = "SS"  # 开始—开始
    FINISH_FINISH = "FF"  # 完成—完成
    START_FINISH = "SF"  # 开始—完成


class DelayCause(StrEnum):
    """What cost the days, as the site says it; the last four the server finds by itself."""

    WEATHER = "weather"  # 天气
    MATERIAL = "material"  # 材料
    DRAWING = "drawing"  # 图纸
    LABOUR = "labour"  # 人手
    PLANT = "plant"  # 机械
    CLIENT = "client"  # 甲方
    PERMIT = "permit"  # 手续
    OTHER = "other"  # 其他
    LATE_START = "late_start"  # 未按计划开工
    LATE_FINISH = "late_finish"  # 未按计划完工
    FORECAST = "forecast"  # 预计拖期
    FLOAT_LOST = "float_lost"  # 关键任务失去浮时


class PhotoState(StrEnum):
    """A photo's row arrives before its bytes."""

    AWAITING_BYTES = "awaiting_bytes"
    COMPLETE = "complete"


class PushResult(StrEnum):
    """The server's answer for one mutation; only the first four settle it."""

    APPLIED = "applied"
    ALREADY_APPLIED = "already_applied"
    REFUSED = "refused"
    QUARANTINED = "quarantined"
    DEFERRED = "deferred"
    RETRY = "retry"

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


class LabourUnit(StrEnum):
    """How a line was entered; it keeps what was entered."""

    MAN_DAYS = "man_days"  # 工
    HOURS = "hours"  # 小时


class RateUnit(StrEnum):
    """What a rate is the price of."""

    MAN_DAY = "man_day"
    HOUR = "hour"
    QUANTITY = "quantity"


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

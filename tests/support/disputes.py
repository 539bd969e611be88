"""A worker's word against what was recorded, as an office that has not answered finds it."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from daywork.ground.ids import new_id
from tests.support.cast import Cast
from tests.support.database import query


def disputed(cast: Cast, day: date, *, whole_month: bool = False) -> UUID:
    """Worker 1 says that a day, or the sum of its month, is not right; the id of what he said."""
    said, month = new_id(), day.replace(day=1)
    at = datetime.combine(month + timedelta(days=32), time(), UTC)
    query(
        cast.url,
        "INSERT INTO cross_check (organisation, id, site, worker, month, outcome, name, shown,"
        " shown_sha256, taken_by, at) VALUES ($1, $2, $3, $4, $5, 'disputed', 'Wang', '{}',"
        " sha256('x'), $6, $7)",
        cast.organisation,
        said,
        cast.site,
        cast.workers[0],
        month,
        cast.members["foreman"],
        at,
    )
    query(
        cast.url,
        "INSERT INTO cross_check_dispute (organisation, id, cross_check, site, worker, work_day,"
        " whole_month, man_days, overtime_hours, claimed_man_days, claimed_overtime, reason, at)"
        " VALUES ($1, $2, $2, $3, $4, $5, $6, 0.5, 0, 1, 2, 'I was there', $7)",
        cast.organisation,
        said,
        cast.site,
        cast.workers[0],
        day,
        whole_month,
        at,
    )
    return said

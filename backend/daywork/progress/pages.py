"""The progress pages: a site's tasks, planned beside actual, and the story of one task."""

from datetime import UTC, datetime
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from daywork.ground.terms import StopCause, TaskStatus
from daywork.progress import service
from daywork.web.language import gettext as _
from daywork.web.language import language
from daywork.web.pages import page
from daywork.web.request import Request, named


def status_words() -> dict[str, str]:
    """What the foreman said of a task, in the reader's language."""
    return {
        TaskStatus.NOT_BEGUN: _("Not begun"),
        TaskStatus.GOING: _("Going"),
        TaskStatus.STOPPED: _("Stopped"),
        TaskStatus.DONE: _("Done"),
    }


def cause_words() -> dict[str, str]:
    """Why a task stands still, in the reader's language."""
    return {
        StopCause.RAIN: _("Rain"),
        StopCause.MATERIAL: _("Material"),
        StopCause.DRAWING: _("Drawings"),
        StopCause.LABOUR: _("Short of workers"),
        StopCause.PLANT: _("Plant"),
        StopCause.PERMIT: _("Permit"),
        StopCause.OTHER: _("Other"),
    }


@get("/progress")
async def progress(
    request: Request, site: FromQuery[str | None] = None, late: FromQuery[str] = ""
) -> Response[str]:
    """The tasks of a site in the order of the work breakdown; ``late=1`` only the late ones."""
    plans = await service.plan_for(
        request.user, named(site), datetime.now(UTC), english=language() == "en"
    )
    return page(
        request,
        "progress/plan.html",
        block="plan",
        plans=plans,
        plan=plans.plan,
        only_late=late == "1",
        statuses=status_words(),
    )


@get("/progress/tasks/{task:uuid}")
async def task(request: Request, task: FromPath[UUID]) -> Response[str]:
    """One task: plan, reports and photos."""
    story = await service.task_story(
        request.user, task, datetime.now(UTC), english=language() == "en"
    )
    return page(
        request,
        "progress/task.html",
        story=story,
        task=story.branch.task,
        standing=story.branch.standing,
        statuses=status_words(),
        causes=cause_words(),
    )


handlers = [progress, task]

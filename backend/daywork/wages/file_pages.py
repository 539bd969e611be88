"""Wage sheets to take away: PDF, Excel, the bank's pay-out file, the transfer list, and as JSON."""

import asyncio
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath

from daywork.ground.database import company_transaction
from daywork.ground.problems import Problem
from daywork.register.rules import NO_KEY, Purpose
from daywork.summary.pages import XLSX
from daywork.wages import paying, words
from daywork.wages.bank import Spelling, pay_out_file, remark
from daywork.wages.pages import sheet_page
from daywork.wages.paper import Printed, pdf_of
from daywork.wages.printing import printed_version
from daywork.wages.rules import VERSION_REPLACED
from daywork.wages.transfers import transfer_list
from daywork.wages.workbook import workbook_of
from daywork.web.downloads import attachment
from daywork.web.forms import Answers
from daywork.web.language import gettext as _
from daywork.web.request import Request

PDF: Final = "application/pdf"


async def _printed(request: Request, sheet: UUID, kind: str, purpose: str | None = None) -> Printed:
    async with company_transaction(request.user.organisation):
        return await printed_version(
            request.user,
            sheet,
            verify_at=f"{request.base_url.netloc}/v",
            at=datetime.now(UTC),
            kind=kind,
            keys=request.app.state.register_keys,
            purpose=purpose,
        )


def _name(what: str, printed: Printed, kind: str) -> str:
    version = printed.version
    where = " ".join(name for name in (version.site_name, version.crew_name) if name)
    return f"{what} {where} {version.month:%Y-%m} v{version.version}.{kind}"


async def _pdf(printed: Printed) -> Response[bytes]:
    made = await asyncio.to_thread(pdf_of, printed)
    return Response(
        made, media_type=PDF, headers=attachment(_name(_("Wage sheet"), printed, "pdf"))
    )


async def _xlsx(printed: Printed) -> Response[bytes]:
    made = await asyncio.to_thread(workbook_of, printed)
    return Response(
        made, media_type=XLSX, headers=attachment(_name(_("Wage sheet"), printed, "xlsx"))
    )


@get("/labour/wages/{sheet:uuid}/sheet.pdf")
async def pdf(request: Request, sheet: FromPath[UUID]) -> Response[bytes]:
    """To print and sign; numbers masked."""
    return await _pdf(await _printed(request, sheet, "pdf"))


@get("/labour/wages/{sheet:uuid}/sheet.xlsx")
async def xlsx(request: Request, sheet: FromPath[UUID]) -> Response[bytes]:
    """As Excel; numbers masked."""
    return await _xlsx(await _printed(request, sheet, "xlsx"))


@post("/labour/wages/{sheet:uuid}/full", status_code=200)
async def full(request: Request, sheet: FromPath[UUID]) -> Response[Any]:
    """The same with whole numbers, for a purpose that is kept on record."""
    answers = Answers(await request.form())
    kind = answers.one_of("kind", ["pdf", "xlsx"]) or "pdf"
    try:
        printed = await _printed(request, sheet, kind, Purpose.WAGES)
    except Problem as problem:
        if problem.kind is not NO_KEY:
            raise
        return await sheet_page(request, sheet, problem)
    return await (_pdf(printed) if kind == "pdf" else _xlsx(printed))


@post("/labour/wages/{sheet:uuid}/pay-out", status_code=200)
async def pay_out(request: Request, sheet: FromPath[UUID]) -> Response[Any]:
    """The file a bank's pay-out page takes, or the transfer list for the main contractor."""
    answers = Answers(await request.form())
    kind = answers.one_of("kind", ["gb18030", "utf8", "list"]) or "gb18030"
    now = datetime.now(UTC)
    try:
        async with company_transaction(request.user.organisation):
            found = await paying.pay_outs(
                request.user,
                sheet,
                request.app.state.register_keys,
                kind="transfer_list" if kind == "list" else "bank_file",
                identity=kind == "list",
                at=now,
            )
    except Problem as problem:
        if problem.kind not in (NO_KEY, VERSION_REPLACED):
            raise
        return await sheet_page(request, sheet, problem)
    version = found.due.version
    where = " ".join(name for name in (version.site_name, version.crew_name) if name)
    if kind == "list":
        made = await asyncio.to_thread(transfer_list, found, now, request.user.name)
        name = f"{_('Transfer list')} {where} {version.month:%Y-%m}.xlsx"
        return Response(made, media_type=XLSX, headers=attachment(name))
    spelling = Spelling.GB18030 if kind == "gb18030" else Spelling.UTF8
    body = pay_out_file(found.listed, remark(version.month, version.site_name), spelling)
    what = _("Bank pay-out")
    name = f"{what} {where} {version.month:%Y-%m}.csv"
    charset = "gb18030" if spelling is Spelling.GB18030 else "utf-8"
    return Response(body, media_type=f"text/csv; charset={charset}", headers=attachment(name))


@get("/api/wages/{sheet:uuid}")
async def as_json(request: Request, sheet: FromPath[UUID]) -> dict[str, Any]:
    """A closed version for other programs: every figure as a decimal text, numbers masked."""
    printed = await _printed(request, sheet, "json")
    version = printed.version
    columns = words.every_column()
    return {
        "id": str(version.id),
        "site": str(version.site),
        "crew": str(version.crew) if version.crew else None,
        "month": f"{version.month:%Y-%m}",
        "version": version.version,
        "latest": version.latest,
        "employer": version.employer,
        "currency": version.currency,
        "pay_day": version.pay_day.isoformat() if version.pay_day else None,
        "closed_at": version.closed_at.isoformat(),
        "check_code": printed.code,
        "total": {one.name: str(one.of(printed.total)) for one in columns},
        "lines": [
            {
                "worker": str(line.worker),
                "name": line.person.name,
                "number": line.person.number,
                "trade": line.person.trade,
                "crews": line.person.crews,
                "identity": line.person.identity_mask,
                "account": line.person.bank_mask,
                "signed": line.worker in printed.signatures
                and printed.signatures[line.worker].counts,
                **{one.name: str(one.of(line.figures)) for one in columns},
            }
            for line in printed.lines
        ],
    }


handlers = [pdf, xlsx, full, pay_out, as_json]

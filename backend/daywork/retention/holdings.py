"""What lock and purge do with each table: one line a table, so that none is forgotten. Pure data.

A test holds this list against the database: a new table fails it until somebody has said here
what becomes of its rows, and another looks for the names of purged workers in every column.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Fate(StrEnum):
    """What becomes of a table's rows."""

    KEPT = "kept"
    """Records of work, pay and evidence, which name people by id only: never deleted by the app.
    Once a worker is nameless they speak of nobody."""
    SIGNED = "signed"
    """What somebody signed or said, word by word, and what it was signed on: locked, and a purge
    leaves it whole, because half of it proves nothing (ADR 36)."""
    EMPTIED = "emptied"
    """Locked until the site's time is over; a purge takes names, numbers and pictures out."""
    ENDING = "ending"
    """Lives for minutes or days and ends by itself; nothing a wage depends on."""
    COMPANY = "company"
    """The company's own: sites, members, plan, settings. No lock, and no worker's data."""


HOLDINGS: Final[Mapping[str, Fate]] = {
    # People and places
    "organisation": Fate.COMPANY,
    "member": Fate.COMPANY,
    "membership": Fate.COMPANY,
    "session": Fate.ENDING,
    "invitation": Fate.ENDING,
    "sign_in_code": Fate.ENDING,
    "sign_in_attempt": Fate.ENDING,
    "installation_secret": Fate.COMPANY,
    "audit_event": Fate.KEPT,
    "site": Fate.COMPANY,
    "site_exception": Fate.COMPANY,
    "crew": Fate.COMPANY,
    "trade": Fate.COMPANY,
    "worker": Fate.EMPTIED,
    "roster": Fate.KEPT,
    # Register
    "worker_identity": Fate.EMPTIED,
    "worker_certificate": Fate.EMPTIED,
    "worker_contract": Fate.KEPT,
    "worker_import": Fate.ENDING,
    "worker_merge": Fate.KEPT,
    "worker_told_apart": Fate.KEPT,
    "unmasking": Fate.KEPT,
    # Records
    "entry": Fate.KEPT,
    "entry_version": Fate.KEPT,
    "decision": Fate.KEPT,
    "line_question": Fate.KEPT,
    "kept_doubt": Fate.KEPT,
    "doubt_moved": Fate.ENDING,
    "labour_sheet": Fate.KEPT,
    "labour_line": Fate.KEPT,
    "labour_total": Fate.KEPT,
    "labour_moved": Fate.ENDING,
    "double_booking": Fate.KEPT,
    "advance": Fate.KEPT,
    "progress_report": Fate.KEPT,
    "delay": Fate.KEPT,
    "delay_report": Fate.KEPT,
    "delay_watcher": Fate.COMPANY,
    "delay_check": Fate.COMPANY,
    "photo": Fate.EMPTIED,
    "chain_link": Fate.KEPT,
    "signature": Fate.SIGNED,
    # Plan and rules
    "task": Fate.COMPANY,
    "task_link": Fate.COMPANY,
    "approval_rule": Fate.COMPANY,
    "deputy": Fate.COMPANY,
    "month_closing": Fate.KEPT,
    "overtime_rule": Fate.KEPT,
    "advance_limit": Fate.COMPANY,
    # Pay
    "rate": Fate.KEPT,
    "piecework_run": Fate.KEPT,
    "pay_item": Fate.KEPT,
    "payment": Fate.KEPT,
    "bank_import": Fate.EMPTIED,
    "wage_draft": Fate.ENDING,
    "wage_sheet": Fate.SIGNED,
    "wage_line": Fate.SIGNED,
    "settlement": Fate.SIGNED,
    "wage_paper": Fate.SIGNED,
    "wage_signature": Fate.SIGNED,
    # Cross-check
    "cross_check": Fate.SIGNED,
    "cross_check_dispute": Fate.SIGNED,
    "cross_check_link": Fate.KEPT,
    "cross_check_rule": Fate.COMPANY,
    # What was sent, and what was told
    "sync_mutation": Fate.EMPTIED,
    "site_revision": Fate.KEPT,
    "site_revision_nonce": Fate.KEPT,
    "feed": Fate.KEPT,
    "letter_decision": Fate.KEPT,
    "rescue": Fate.ENDING,
    "rescue_record": Fate.ENDING,
    "upload": Fate.ENDING,
    "upload_piece": Fate.ENDING,
    "message": Fate.EMPTIED,
    "push_subscription": Fate.COMPANY,
    "push_preference": Fate.COMPANY,
    "push_bundle": Fate.ENDING,
    "push_delivery": Fate.ENDING,
    # Taken away
    "compliance_pack": Fate.KEPT,
    "compliance_pack_part": Fate.ENDING,
    # The lock itself
    "retention_purge": Fate.KEPT,
}

DELETABLE: Final = (Fate.ENDING, Fate.COMPANY)
"""Only from these may the app delete rows at all."""

REDONE: Final = {
    "kept_doubt": "found anew from the records it speaks of",
    "labour_total": "added up anew from the lines it stands for",
    "bank_import": "a list that nobody booked; the database refuses a booked one",
}
"""Tables of records from which rows go all the same, and why that loses nothing."""

"""The words of a message in the language now spoken, and the bytes a phone is sent."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from daywork.push.rules import LARGEST_PAYLOAD, NOTICES, MessageKind, Text
from daywork.web import figures
from daywork.web.language import gettext, language, ngettext


def _(msgid: str) -> str:
    """Mark a text for the catalogue; it is translated when shown."""
    return msgid


KIND_WORDS = {
    MessageKind.APPROVALS: _("Records waiting for approval"),
    MessageKind.RETURNED: _("A record of mine was returned"),
    MessageKind.DELAY: _("A task is late, or later still"),
    MessageKind.DOUBLE_BOOKING: _("A worker is booked twice on one day"),
    MessageKind.SIGNATURE: _("A daywork sheet must be signed soon"),
    MessageKind.CERTIFICATE: _("A worker’s certificate runs out soon"),
    MessageKind.CROSS_CHECK: _("A worker disputes a recorded day"),
}

KIND_ICONS = {
    MessageKind.APPROVALS: "approve",
    MessageKind.RETURNED: "undo",
    MessageKind.DELAY: "clock",
    MessageKind.DOUBLE_BOOKING: "alert",
    MessageKind.SIGNATURE: "edit",
    MessageKind.CERTIFICATE: "clock",
    MessageKind.CROSS_CHECK: "alert",
}


def said(slug: str, facts: Mapping[str, Any]) -> tuple[str, str]:
    """Title and body. A notice of an older or newer release has only a title left."""
    notice = NOTICES.get(slug)
    if notice is None:
        return gettext("Something new for you"), ""
    worded = {name: _worded(fact) for name, fact in facts.items()}
    return _filled(notice.title, worded), _filled(notice.body, worded)


def _filled(text: Text, worded: dict[str, Any]) -> str:
    if isinstance(text, str):
        return gettext(text, **worded) if text else ""
    rest = {name: value for name, value in worded.items() if name != "n"}
    return ngettext(text[0], text[1], int(worded.get("n", 0)), **rest)


def _worded(fact: Any) -> Any:
    """One fact as it is read: see ``rules.kept_facts``."""
    if not isinstance(fact, dict):
        return fact
    if "day" in fact:
        return figures.day(date.fromisoformat(fact["day"]))
    if "say" in fact:
        msgid: str = fact["say"]
        return gettext(msgid)
    return fact.get(language(), "")


def fitted(content: dict[str, Any]) -> bytes:
    """The payload as JSON, its body shortened until every push service would take it."""
    notification = content["notification"]
    while True:
        encoded = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        too_much = len(encoded) - LARGEST_PAYLOAD
        if too_much <= 0:
            return encoded
        longest = max(("body", "title"), key=lambda name: len(notification[name]))
        text = notification[longest]
        # A Chinese character is three bytes; an escaped control character is six.
        notification[longest] = text[: max(len(text) - max(too_much // 6, 1) - 1, 0)].rstrip() + "…"
        if len(text) < 2:
            raise ValueError("a message without words is too large to push")

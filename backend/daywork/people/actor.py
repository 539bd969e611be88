"""Who is asking: the signed-in member, read once per request and passed to every use case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from daywork.ground.terms import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A member with the roles held at the moment of the request; never kept longer than that."""

    organisation: UUID
    member: UUID
    name: str
    language: str
    """``"zh-CN"`` or ``"en"``."""
    is_owner: bool
    roles: Mapping[UUID, Role] = field(default_factory=dict)
    """Role by site; an owner needs none."""
    session: bytes = b""
    """SHA-256 of the session's secret; names the device, opens nothing."""
    organisation_name: str = ""

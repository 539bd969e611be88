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
    stands_in: Mapping[UUID, frozenset[Role]] = field(default_factory=dict)
    """By site: the roles of those who are away today and whose deputy this is."""
    two_steps: frozenset[UUID] = frozenset()
    """Of these sites the ones where the office decides too, after the supervisor."""
    session: bytes = b""
    """SHA-256 of the session's secret; names the device, opens nothing."""
    organisation_name: str = ""

    @property
    def decides(self) -> bool:
        """Whether a record may ever wait for this person: then there is a queue to look at."""
        if self.is_owner:
            return True
        held = [*self.roles.items()]
        held += [(site, role) for site, roles in self.stands_in.items() for role in roles]
        return any(
            role is Role.SUPERVISOR or (role is Role.OFFICE and site in self.two_steps)
            for site, role in held
        )

"""A small company put straight into the database: who may, and who must not see it.

Written as the database's owner, past the services and the row-level security, so that it works
beside a running server and says nothing about what is tested.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import httpx
from argon2 import PasswordHasher

from daywork.ground.ids import new_id
from daywork.ground.terms import Role
from daywork.people.actor import Actor
from tests.support.database import query

PASSWORD = "tower crane 17"
_QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def quick_hash(password: str) -> str:
    """A password's hash that costs a test nothing."""
    return _QUICK.hash(password)


@dataclass
class Company:
    """One company; every method inserts and returns an id."""

    url: str
    name: str = "宏远建设"
    id: UUID = field(default_factory=new_id)

    def __post_init__(self) -> None:
        query(self.url, "INSERT INTO organisation (id, name) VALUES ($1, $2)", self.id, self.name)

    def site(self, name: str = "滨江一号") -> UUID:
        site = new_id()
        query(
            self.url,
            "INSERT INTO site (organisation, id, name) VALUES ($1, $2, $3)",
            self.id,
            site,
            name,
        )
        return site

    def member(
        self,
        name: str,
        phone: str,
        roles: Mapping[UUID, str] | None = None,
        *,
        owner: bool = False,
        language: str = "en",
        password: str = PASSWORD,
    ) -> UUID:
        member = new_id()
        query(
            self.url,
            "INSERT INTO member (organisation, id, name, phone, password_hash, is_owner, language)"
            " VALUES ($1, $2, $3, $4, $5, $6, $7)",
            self.id,
            member,
            name,
            phone,
            _QUICK.hash(password),
            owner,
            language,
        )
        for site, role in (roles or {}).items():
            query(
                self.url,
                "INSERT INTO membership (organisation, site, member, role) VALUES ($1, $2, $3, $4)",
                self.id,
                site,
                member,
                role,
            )
        return member

    def crew(self, site: UUID, name: str = "木工一班", foreman: UUID | None = None) -> UUID:
        crew = new_id()
        query(
            self.url,
            "INSERT INTO crew (organisation, id, site, name, foreman) VALUES ($1, $2, $3, $4, $5)",
            self.id,
            crew,
            site,
            name,
            foreman,
        )
        return crew

    def actor(
        self, member: UUID, roles: Mapping[UUID, str] | None = None, *, owner: bool = False
    ) -> Actor:
        """The member as a request would find him."""
        held = {site: Role(role) for site, role in (roles or {}).items()}
        return Actor(self.id, member, "…", "en", owner, held)


class Browser(httpx.Client):
    """A browser without a screen: keeps cookies, sends the token against forgery with forms."""

    def __init__(self, url: str, agent: str = "Mozilla/5.0 (X11; Linux) Firefox/140.0") -> None:
        super().__init__(
            base_url=url, timeout=60, headers={"user-agent": agent, "accept-language": "en"}
        )

    def send_form(self, path: str, **fields: object) -> httpx.Response:
        """POST a form as a page of ours would."""
        if "dw_csrf" not in self.cookies:
            self.get("/sign-in")
        return self.post(path, data={**fields, "_csrf": self.cookies["dw_csrf"]})

    def send_json(self, path: str, body: object) -> httpx.Response:
        """POST JSON as the capture app would."""
        if "dw_csrf" not in self.cookies:
            self.get("/sign-in")
        return self.post(path, json=body, headers={"x-csrf-token": self.cookies["dw_csrf"]})

    def sign_in(self, phone: str, password: str = PASSWORD) -> httpx.Response:
        """Sign in by the capture app's door."""
        return self.send_json("/api/sign-in", {"login": phone, "password": password})

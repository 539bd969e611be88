"""`daywork company`: found a company without a browser."""

from __future__ import annotations

import os

import click

from daywork.cli import start
from daywork.ground.trouble import Trouble


@click.command("company")
@click.option("--name", prompt="Company", help="The company's name.")
@click.option("--owner", prompt="Owner's name", help="The name of its owner.")
@click.option("--login", prompt="Owner's phone number or e-mail", help="How the owner signs in.")
@click.option(
    "--password-env",
    metavar="NAME",
    help="Environment variable that holds the password; asked for without it.",
)
@click.option("--language", type=click.Choice(["zh-CN", "en"]), default="zh-CN", show_default=True)
def command(name: str, owner: str, login: str, password_env: str | None, language: str) -> None:
    """Found a company and its owner.

    The password is never taken from the command line, where other users could read it.
    """
    if password_env is not None:
        password = os.environ.get(password_env, "")
        if not password:
            raise Trouble(
                f"The environment variable {password_env} is empty.",
                f"Set it: {password_env}='…' daywork company --password-env {password_env} …",
            )
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)

    from daywork.ground.problems import Problem
    from daywork.people.service import create_company

    with start.with_database(start.settings()) as known:

        async def found() -> None:
            await start.bring_up_to_date(known.database_url or "")
            await start.with_pool(known, create_company(name, owner, login, password, language))

        try:
            start.run(found())
        except Problem as problem:
            fix = problem.kind.fix % problem.extra if problem.kind.fix else "Try other words."
            raise Trouble(problem.kind.title % problem.extra, fix) from problem
    click.echo(f"{name} is founded. {owner} signs in with {login}.")

"""`daywork rekey`: another key for the real-name register."""

from __future__ import annotations

import os

import click

from daywork.cli import start
from daywork.ground.settings import Settings
from daywork.ground.trouble import Trouble


@click.command("rekey")
@click.option("--new", is_flag=True, help="Make a new key and put it first in the file of keys.")
@click.option(
    "--forget", is_flag=True, help="Take keys that seal nothing any more out of the file."
)
def command(new: bool, forget: bool) -> None:
    """Seal the real-name register anew with the first key; the others open what is old.

    Without an option it goes on where it was stopped. Keep a copy of the old key as long as there
    are backups from before. docs/operate.md says how to go about it.

    \b
    daywork rekey --new        a new key, then everything sealed anew by it
    (restart the server, then once more: daywork rekey)
    daywork rekey --forget     the old key out of the file
    """
    from daywork.ground.migrations import connect, standing
    from daywork.register.keys import key_file, note_key, read_keys, write_keys
    from daywork.register.rekeying import generations, is_owner, seal_anew
    from daywork.register.sealing import KEY_BYTES, CannotOpenError, Key, Keyring

    async def work(known: Settings) -> tuple[int, dict[str, int], str]:
        url = known.database_url or ""
        connection = await connect(url)
        try:
            if not await is_owner(connection):
                raise Trouble(
                    "This user of the database does not own the tables: it sees no company's rows.",
                    "Give DAYWORK_DATABASE_URL the owner's user, as `daywork migrate` has it.",
                )
            if (await standing(url)).waiting:
                raise Trouble("The database is not up to date.", "Run `daywork migrate` first.")
            secrets = read_keys(known)
            if not secrets:
                raise Trouble(
                    "There is no key of the register yet.", "Start Daywork once: it makes one."
                )
            if (new or forget) and known.register_key is not None:
                raise Trouble(
                    "The keys are given by DAYWORK_REGISTER_KEY.",
                    "Change the variable yourself: the new key first, then the old ones.",
                )
            here = {Key.of(secret).name for secret in secrets}
            missing = sorted(set(await generations(connection)) - here)
            if missing:
                raise Trouble(
                    "Numbers of the register cannot be opened: they are sealed by a key that is"
                    f" not here ({', '.join(missing)}). Nothing was changed.",
                    "Add the key they were sealed with behind the others, then run this again.",
                )
            if new:
                secrets = [os.urandom(KEY_BYTES), *secrets]
                write_keys(key_file(known), secrets)
            keys = [Key.of(secret) for secret in secrets]
            await note_key(connection, keys[0].name, replace=True)
            try:
                done = await seal_anew(connection, Keyring(keys))
            except CannotOpenError as error:
                raise Trouble(
                    f"A number of the register cannot be opened: {error}.",
                    "It was altered, or its key was. `daywork doctor` says how much is under which"
                    " key; what is done stays done, and this goes on where it was stopped.",
                ) from error
            left = await generations(connection)
            if forget:
                kept = [one for one, key in zip(secrets, keys, strict=True) if key.name in left]
                write_keys(key_file(known), kept or secrets[:1])
            return done, left, keys[0].name
        finally:
            await connection.close()

    with start.with_database(start.settings()) as known:
        done, left, present = start.run(work(known))
    older = sum(n for name, n in left.items() if name != present)
    click.echo(f"{done} rows sealed anew; {left.get(present, 0)} values under key {present}.")
    if older:
        raise Trouble(f"{older} values are under another key still.", "Run `daywork rekey` again.")

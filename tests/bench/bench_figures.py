"""The figures, with an empty database and with 2,000,000 lines in it. `make bench` prints them.

They are not judged here: the machine is shared, so a figure is read beside the bare one of the
same run. ``DAYWORK_BENCH_LINES`` makes the past shorter or longer.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bench import draining, pulling, pushing, uploading
from tests.bench.house import House, house, live_through
from tests.support.browser import Phone
from tests.support.database import apart

PAST = int(os.environ.get("DAYWORK_BENCH_LINES", "2000000"))


def figures(at: House, new_phone: Callable[..., Phone] | None) -> dict[str, tuple[float, str]]:
    """All of them, in one place."""

    async def by_http() -> dict[str, tuple[float, str]]:
        found = await pulling.measure(at)
        found |= await pushing.measure(at)
        return found | await uploading.measure(at)

    found = apart(by_http())
    if new_phone is not None:
        found |= draining.measure(at, new_phone("zh-CN"))
    for name, (value, note) in found.items():
        print(f"  {name:<36} {value:>10,.2f}   {note}", flush=True)
    return found


@pytest.mark.browser
@pytest.mark.timeout(3600)
def test_the_figures_do_not_depend_on_how_much_is_stored(
    tmp_path: Path, new_phone: Callable[..., Phone]
) -> None:
    with house(tmp_path) as at:
        print("\nwith an empty database")
        empty = figures(at, new_phone)
        live_through(at, PAST)
        print(f"with {PAST:,} lines stored", flush=True)
        full = figures(at, new_phone)
    print("cost with the past, against without (time; below 120 % is the aim)")
    for name, (value, _) in full.items():
        before = empty[name][0]
        cost = value / before if name.endswith(", s") else before / value
        print(f"  {name:<36} {cost:>10.0%}")

"""What a call is refused with."""

from collections.abc import Awaitable

import pytest

from daywork.ground.problems import Problem


async def refused(doing: Awaitable[object]) -> str:
    """The slug of the problem that it ends in; it must end in one."""
    with pytest.raises(Problem) as caught:
        await doing
    return caught.value.kind.slug

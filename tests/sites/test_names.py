"""Names stand by pinyin, in Postgres and in Python alike."""

from daywork.ground.database import company_transaction
from daywork.ground.names import by_name, name_order
from daywork.sites.queries import crews_of
from daywork.sites.workforce_queries import workers_found, workers_on
from daywork.summary.rules import natural_order
from tests.support.cast import Cast
from tests.support.database import query

PEOPLE = ["Arturo", "阿力", "蔡明亮", "曹大勇", "杜二喜", "李国强", "王建军", "张志明", "周长青"]
"""As an office reads them; by code point 阿力 would be the last."""


def test_python_puts_names_in_the_order_of_pinyin() -> None:
    assert sorted({*PEOPLE}, key=name_order) == PEOPLE
    assert sorted(PEOPLE) != PEOPLE
    assert sorted(["张10", "李3", "张9"], key=natural_order) == ["李3", "张9", "张10"]
    assert name_order("\ud800"), "what is no letter breaks no list"


async def test_postgres_puts_them_in_the_same(cast: Cast) -> None:
    names = [*PEOPLE, "栾德顺", "𠮷田", "🏗", "Ärger", "一班", "二班", "Zoë", "中-1", "中1"]
    rows = query(
        cast.url,
        f"SELECT name FROM unnest($1::text[]) AS n (name) ORDER BY {by_name('name')}",  # noqa: S608
        names,
    )
    assert [row["name"] for row in rows] == sorted(names, key=name_order)


async def test_crews_and_the_roster_are_read_so(cast: Cast) -> None:
    for old, name in ((cast.crew, "钢筋班"), (cast.other_crew, "安装班")):
        query(cast.url, "UPDATE crew SET name = $2 WHERE id = $1", old, name)
    for worker, name in zip(cast.workers, ["张志明", "阿力", "王建军", "李国强"], strict=False):
        query(
            cast.url,
            "UPDATE worker SET name = $2, number = '' WHERE id = $1",
            worker,
            name,
        )
    query(cast.url, "UPDATE roster SET crew = $1 WHERE site = $2", cast.crew, cast.site)
    async with company_transaction(cast.organisation):
        crews = await crews_of(cast.organisation, cast.site)
        roster = await workers_on(cast.organisation, cast.site)
        pages = [
            (await workers_found(cast.organisation, cast.site, None, skip, 2))[0] for skip in (0, 2)
        ]
    assert [crew.name for crew in crews][:2] == ["安装班", "钢筋班"]
    by_pinyin = ["阿力", "李国强", "王建军", "张志明"]
    assert [one.name for one in roster if one.name in by_pinyin] == by_pinyin
    assert [one.name for page in pages for one in page] == [one.name for one in roster][:4]

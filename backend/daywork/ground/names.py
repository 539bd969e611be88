"""The order in which people look for names: Latin letters first, then Chinese by pinyin.

GB 2312 numbers its 3,755 common characters by pinyin, and GB 18030, which holds every character,
keeps those numbers; so the bytes of a name in GB 18030 sort as an office expects. (Rarer characters
come after them, by radical.) Postgres and Python both write it without any library, which an ICU
collation would need: the embedded Postgres has none, nor has every other. The phone sorts by the
browser's ``localeCompare``.
"""


def by_name(column: str) -> str:
    """SQL to order by a column of names."""
    return f"convert_to({column}, 'GB18030')"


def name_order(name: str) -> bytes:
    """The same in Python, for ``sorted``."""
    return name.encode("gb18030", "replace")

"""What may happen on a day of the machine: somebody's work, the fates of the requests, and trouble
on a phone or in the office. What is named twice comes twice as often.
"""

from hypothesis import strategies as st

from tests.sync.machine.phone import FATES

PHONES = st.integers(0, 2)
TABS = st.integers(0, 1)
PLANS = st.lists(st.sampled_from(FATES[:-1]), min_size=2, max_size=6) | st.just([])
WORK = st.sampled_from(
    [
        "sheet",
        "poison",
        "progress",
        "worker and photo",
        "cross check",
        "correct",
        "correct",
        "mend",
        "void",
        "open",
    ]
)
OFFICE_WORK = {
    "rename": "UPDATE worker SET name = name || '!'",
    "add": "INSERT INTO task (organisation, id, site, code, name, planned_start, planned_finish)"
    " SELECT organisation, gen_random_uuid(), id, '7', 'new', '2026-03-01', '2026-03-02'"
    " FROM site ON CONFLICT DO NOTHING",
    "delete": "DELETE FROM task WHERE code = '7'",
    "return": "UPDATE entry SET state = 'returned', return_reason = 'which crew?'"
    " WHERE state = 'submitted' AND kind = 'labour.sheet'",
    "approve": "UPDATE entry SET state = 'approved' WHERE state = 'submitted'",
    "crew": "UPDATE crew SET foreman = (SELECT foreman FROM crew WHERE name ="
    " CASE WHEN crew.foreman = own.foreman THEN 'Rebar' ELSE 'Carpenters' END LIMIT 1)"
    " FROM crew AS own WHERE own.name = 'Carpenters' AND crew.name = 'Rebar'",
}
"""By raw SQL, so that nothing of it depends on the code that is tested."""
PHONE_TROUBLE = ("die at", "full at", "phone killed", "disk lost", "clock", "late", "server killed")
OFFICE_TROUBLE = ("Postgres killed", "backup", "backup", "restore", "restore")
OFFICE_TROUBLE += ("withdraw", "give back")

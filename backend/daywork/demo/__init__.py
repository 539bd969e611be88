"""The demo company: invented people and sites, and six weeks of work that the real services took.

`load.py` writes it; `people.py` and `plan.py` are the facts, `days.py` and `troubles.py` what
happened, `pictures.py` and `scenes.py` the photos. The same date gives the same company.
"""

from daywork.demo.load import demo_is_due, load_demo
from daywork.demo.people import SIGN_INS

__all__ = ["SIGN_INS", "demo_is_due", "load_demo"]

"""Daywork (点工本): a crew's day, recorded offline on a phone, reaches the office once.

Each folder is a room with one subject; inside a room the files are floors:
``rules ← tables ← queries ← service ← api | pages``. See ``docs/`` and the README.
"""

__version__ = "0.1.0"

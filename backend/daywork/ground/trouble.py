"""What an operator has to hear: the program cannot go on, and what would help.

A `Problem` is told to a person at a screen, over HTTP and in their language; a `Trouble` is told to
whoever starts Daywork, on the terminal. Both always say what would fix it.
"""


class Trouble(Exception):
    """Daywork cannot run as things are; `fix` says what would help."""

    def __init__(self, what: str, fix: str) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix

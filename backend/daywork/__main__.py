"""`python -m daywork` is the `daywork` command: how `up` starts its own parts."""

from daywork.cli import main

main()

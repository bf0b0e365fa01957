"""`python -m engine.cli` is `bihuan`."""

from engine.cli import main

main()

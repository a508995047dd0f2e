"""`python -m pilotline` is `pilotline`."""

from pilotline.cli.main import main

main()

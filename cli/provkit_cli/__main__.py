"""``python -m provkit_cli``."""

from provkit_cli.main import run

run()

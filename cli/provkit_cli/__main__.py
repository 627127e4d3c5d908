"""``python -m provkit_cli``."""

from provkit_cli.main import run

if __name__ == "__main__":
    run()

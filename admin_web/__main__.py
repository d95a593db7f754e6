"""`python -m admin_web --data DIR [--config FILE]`: serve the staff site until told to stop."""

import argparse
import sys
from pathlib import Path

from admin_web.server import serve
from safeguard.problems import UnusableError
from safeguard.settings import load


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m admin_web", description=__doc__)
    parser.add_argument("--data", type=Path, help="the data folder")
    parser.add_argument("--config", type=Path, help="the settings file")
    given = parser.parse_args(arguments)
    try:
        return serve(load(given.data, given.config))
    except UnusableError as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(main())

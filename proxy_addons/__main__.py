"""`python -m proxy_addons --data DIR [--config FILE]`: run the web proxy."""

import argparse
import sys
from pathlib import Path

from proxy_addons import lean
from safeguard import settings
from safeguard.problems import UnusableError


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m proxy_addons", description="The web proxy.")
    parser.add_argument("--data", type=Path, help="the data folder")
    parser.add_argument("--config", type=Path, help="the settings file")
    asked = parser.parse_args(arguments)
    try:
        found = settings.load(asked.data, asked.config)
        lean.import_mitmproxy()
        from proxy_addons.run import run  # noqa: PLC0415  only now: it imports mitmproxy

        return run(found)
    except UnusableError as error:
        print(f"proxy: {error}", file=sys.stderr)  # noqa: T201  for the person who starts it
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

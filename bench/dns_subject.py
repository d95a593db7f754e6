"""Import a list, build the rules and become the DNS filter: what the harness starts and times."""

import os
import subprocess
import sys
from pathlib import Path

SAFEGUARD = str(Path(sys.executable).parent / "safeguard")


def main(data: str, port: str, names: str, upstream: str) -> None:
    options = ["--category", "malware", "--format", "domains", "--name", "bench"]
    subprocess.run([SAFEGUARD, "rules", "import", *options, names, "--data", data], check=True)
    address = upstream.replace("@", ":")
    os.environ["SAFEGUARD_DNS__PORT"] = port
    os.environ["SAFEGUARD_DNS__UPSTREAMS"] = f"udp://{address}"
    os.execv(SAFEGUARD, [SAFEGUARD, "run", "--only", "dns", "--data", data])


if __name__ == "__main__":
    main(*sys.argv[1:])

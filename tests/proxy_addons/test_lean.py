"""The addons that we do not use are not imported."""

import subprocess
import sys

LEAN = """
import sys
from proxy_addons import lean
lean.import_mitmproxy()
lean.import_mitmproxy()
import proxy_addons.run
from mitmproxy.addons import core
print(sorted({"flask", "ldap3", "urwid"} & sys.modules.keys()))
"""


def test_the_proxy_starts_without_the_addons_that_it_does_not_use() -> None:
    shown = subprocess.run([sys.executable, "-c", LEAN], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"

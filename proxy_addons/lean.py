"""Import mitmproxy without the forty addons that its package imports and we do not use.

`mitmproxy.addons` imports them all in its `__init__`, and with them flask, LDAP and a terminal
interface: half a second at each start, and memory in each process. An empty package put in its
place finds the few that are asked for. Only the entry point does this.
"""

import sys
from importlib.util import find_spec
from types import ModuleType

PACKAGE = "mitmproxy.addons"


def import_mitmproxy() -> None:
    """Make the addons importable one by one."""
    spec = find_spec("mitmproxy")
    if PACKAGE in sys.modules or spec is None or not spec.submodule_search_locations:
        return
    package = ModuleType(PACKAGE)
    package.__path__ = [f"{place}/addons" for place in spec.submodule_search_locations]
    sys.modules[PACKAGE] = package

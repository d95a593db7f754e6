"""A worker never accepts more than it can open files for."""

import resource
import subprocess
import sys

import pytest

from proxy_addons.descriptors import connections_within

LOW = """
import resource
from proxy_addons.descriptors import raise_limit
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 512))
print(raise_limit(), resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_as_many_are_taken_as_there_may_be() -> None:
    ran = subprocess.run([sys.executable, "-c", LOW], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "512 (512, 512)"


@pytest.mark.parametrize(
    ("descriptors", "connections"),
    [(1024, 274), (65_536, 21_778), (100, 1), (resource.RLIM_INFINITY, 10**9)],
)
def test_connections_stay_within_them(descriptors: int, connections: int) -> None:
    assert connections_within(descriptors) == connections

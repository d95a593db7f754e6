"""How many files the proxy may have open: each connection is one, and each to a site another.

Without more than the usual 1024 a worker would stop accepting at a few hundred browsers.
"""

import resource

OTHERS = 200  # of a worker: databases, logs, lists, the loop's own
EACH = 3  # of one client connection: itself, and the connections to sites that serve it


def raise_limit() -> int:
    """Take as many as the system lets this user have; return how many a worker may open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def connections_within(descriptors: int) -> int:
    """How many client connections a worker can serve with so many; -1 stands for any number."""
    if descriptors == resource.RLIM_INFINITY:
        return 10**9
    return max(1, (descriptors - OTHERS) // EACH)

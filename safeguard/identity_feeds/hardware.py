"""Hardware addresses: the many ways to write one, in one spelling."""

import re

_SIX = re.compile(r"[0-9a-f]{12}")
_MARKS = str.maketrans("", "", ":-. ")
_LOCAL = 0x02
_GROUP = 0x01


def mac_of(text: str) -> str:
    """Return a hardware address as 02:00:00:aa:bb:cc; empty where it is none, or nobody's.

    Access points write it with hyphens or dots, or add the network's name: 02-00-...-CC:School.
    """
    plain = text.strip().lower()
    found = _SIX.fullmatch(plain.translate(_MARKS)) or _SIX.fullmatch(plain[:17].translate(_MARKS))
    if found is None:
        return ""
    six = bytes.fromhex(found[0])
    if six[0] & _GROUP or not any(six):  # a group's or nobody's: no device has it
        return ""
    return six.hex(":")


def is_random(mac: str) -> bool:
    """Whether a device drew it: phones do so for each network, so that it tells little of them."""
    return bool(int(mac[:2], 16) & _LOCAL) if mac else False

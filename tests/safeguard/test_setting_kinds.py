"""Values of settings are checked where they are read."""

import pytest
from pydantic import TypeAdapter, ValidationError

from safeguard.setting_kinds import Entries, ListNames, Networks, Port, TimeZone, Upstreams


@pytest.mark.parametrize(
    ("kind", "given", "kept"),
    [
        (Networks, "10.0.0.0/8, ::1", ("10.0.0.0/8", "::1")),
        (Networks, (), ()),
        (ListNames, "iwf-urls,ctiru", ("iwf-urls", "ctiru")),
        (Entries, "https://one.test/a, two.test", ("https://one.test/a", "two.test")),
        (Upstreams, "udp://127.0.0.1:53", ("udp://127.0.0.1:53",)),
        (TimeZone, "Europe/London", "Europe/London"),
        (Port, 8080, 8080),
    ],
)
def test_what_is_written_is_read(kind: object, given: object, kept: object) -> None:
    assert TypeAdapter(kind).validate_python(given) == kept


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (Networks, "10.0.0.0/99"),
        (ListNames, "../up"),
        (Upstreams, "http://127.0.0.1"),
        (TimeZone, "Nowhere/City"),
        (Port, 0),
    ],
)
def test_what_cannot_be_meant_is_refused(kind: object, given: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(given)

"""Each site of this table has a line in the tables of the tests."""

from filter_rules.typed.talking import TALKING
from tests.filter_rules.typed.lines import without_a_line


def test_every_site_has_a_line_in_the_tables_of_the_tests() -> None:
    assert without_a_line(TALKING) == []


def test_every_path_begins_with_a_slash() -> None:
    ats = [at for site in TALKING for at in (*site.searches, *site.half)]
    sent = [one for site in TALKING for one in site.sent]
    paths = [path for at in ats for path in at.paths] + [path for one in sent for path in one.paths]
    assert [path for path in paths if not path.startswith("/")] == []

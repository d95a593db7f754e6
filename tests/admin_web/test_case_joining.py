"""Cases joined and parted by those who may read both."""

from safeguard.store import case_readers
from tests.admin_web.school import OSCAR, School, Visitor, a_case, employ
from tests.admin_web.test_cases import amelia, deed, told


def test_nobody_learns_by_merging_that_there_is_a_restricted_case(
    school: School, priya: Visitor
) -> None:
    person = amelia(school)
    secret, mine = a_case(priya, person, "Secret"), a_case(priya, person, "Open")
    deed(school, priya, secret, "restrict")
    employ(school, OSCAR[0], "deputy")
    oscar = school.as_(OSCAR)
    code = told(school, secret).reference
    status, page = deed(school, oscar, mine, "merge", into=code)
    assert status == 400
    assert "No case that you may read has this code." in page
    status, page = deed(school, priya, mine, "merge", into=code)
    assert status == 400
    assert "restricted to other readers" in page
    assert set(case_readers.readers(school.store, [secret, mine])) == {secret}

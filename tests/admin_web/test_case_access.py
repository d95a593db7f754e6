"""Who is asked, and whom a case can be given to."""

from admin_web.case_access import colleagues, handlers
from tests.admin_web.school import OSCAR, School, employ


def test_a_case_is_given_to_those_who_handle_cases(school: School) -> None:
    with school.app.test_request_context():
        assert set(handlers().values()) == {"Priya Patel"}
        assert set(colleagues().values()) == {"Priya Patel", "Tom Fielding", "Oscar Outsider"}
        employ(school, OSCAR[0], "deputy")
        assert set(handlers().values()) == {"Priya Patel", "Oscar Outsider"}

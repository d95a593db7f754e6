"""What a form of a case's page sends."""

import pytest
from werkzeug.datastructures import MultiDict

from admin_web.case_sent import WrongFieldError, day
from tests.admin_web.school import School


def test_a_day_is_the_schools_and_may_be_left_out(school: School) -> None:
    with school.app.test_request_context():
        found = day(MultiDict({"due": "2026-12-03"}), "due")
        assert found is not None
        assert found.isoformat() == "2026-12-03T00:00:00+00:00"
        assert day(MultiDict({"due": " "}), "due") is None


@pytest.mark.parametrize("typed", ["", "tomorrow", "2026-13-01", "9999-12-31", "0001-01-01"])
def test_what_is_no_day_is_said(school: School, typed: str) -> None:
    with school.app.test_request_context(), pytest.raises(WrongFieldError) as wrong:
        day(MultiDict({"by": typed}), "by", needed=True)
    assert wrong.value.field == "by"

"""Numbers in which no pupil can be told."""

from tests.admin_web.school import OSCAR, School, employ
from tests.safeguard.store.keeping_samples import concern


def test_the_head_sees_numbers_and_few_are_left_out(school: School) -> None:
    for number in range(6):
        concern(school.store, number + 1, 1, subject=f"pupil-{number}")
    for number in range(4):
        concern(school.store, number + 20, 60, subject=f"pupil-{number}")
    employ(school, OSCAR[0], "head")
    text = school.as_(OSCAR).text("/numbers")
    assert text.count(">few<") == 2
    assert ">6<" in text
    assert "pupil-" not in text


def test_before_the_first_concern_it_says_so(school: School) -> None:
    employ(school, OSCAR[0], "governor")
    oscar = school.as_(OSCAR)
    assert oscar.get("/").location == "/numbers"
    assert "There have been no concerns yet." in oscar.text("/numbers")

"""The order and the shape of what is swept; what goes when is told by the retention."""

from safeguard.keeping_settings import Retention
from safeguard.store.retention_rules import sweeps
from tests.safeguard.samples import NOW


def test_what_holds_others_is_swept_first_and_each_class_once() -> None:
    names = [one.name for one in sweeps(Retention().periods, NOW)]
    assert len(set(names)) == len(names)
    kinds = [name.partition(":")[0] for name in names]
    assert kinds.index("cases") < kinds.index("concerns") < kinds.index("events")


def test_what_refers_to_a_case_goes_with_it() -> None:
    first, second, *_ = sweeps(Retention().periods, NOW)
    assert [str(one).split()[2] for one in first.removing(["x"])] == ["legal_holds", "cases"]
    assert len(list(second.removing(["x"]))) == 1

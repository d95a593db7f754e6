"""Devices put at their addresses: the one that is there is changed, and keeps its id."""

from itertools import count

from safeguard.store import device_rows, people
from safeguard.store.device_rows import At
from safeguard.store.session import Store


def test_devices_are_put_and_changed_in_the_order_given(any_store: Store) -> None:
    numbers = count()

    def fresh() -> str:
        return f"d{next(numbers)}"

    ada = people.add_person(any_store, "Ada Example", "primary").id
    with any_store.writing() as session:
        first = device_rows.put(session, [At("10.0.0.2", "Two"), At("10.0.0.1", "One", ada)], fresh)
        again = device_rows.put(
            session, [At("10.0.0.1", "Trolley", "", "staff"), At("10.0.0.3", "Three")], fresh
        )
        assert device_rows.put(session, [], fresh) == []
    assert (first, again) == (["d0", "d1"], ["d1", "d3"])
    found = [(one.id, one.name, one.person, one.group) for one in people.devices(any_store)]
    assert found == [("d1", "Trolley", "", "staff"), ("d0", "Two", "", ""), ("d3", "Three", "", "")]


def test_more_than_are_looked_up_at_once_all_have_their_ids(any_store: Store) -> None:
    many = [At(f"10.0.{one // 256}.{one % 256}", str(one)) for one in range(1100)]
    with any_store.writing() as session:
        ids = device_rows.put(session, many, people.new_id)
    assert len(set(ids)) == 1100

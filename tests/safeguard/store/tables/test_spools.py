"""What the tables of spools promise the rest."""

from safeguard.store.tables.spools import RefusedRow, SpoolPositionRow


def test_a_spool_has_one_position_and_a_record_is_refused_once() -> None:
    assert [one.name for one in SpoolPositionRow.__table__.primary_key] == ["spool"]
    assert [one.name for one in RefusedRow.__table__.primary_key] == ["spool", "position"]

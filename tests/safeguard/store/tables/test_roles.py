"""The tables of roles."""

from safeguard.store.tables.roles import BreakGlassRow, GrantRow


def test_a_role_goes_with_its_account_and_a_glass_always_ends() -> None:
    for table in (GrantRow.__table__, BreakGlassRow.__table__):
        (key,) = table.c.staff_id.foreign_keys
        assert key.ondelete == "CASCADE"
    assert not BreakGlassRow.__table__.c.until.nullable

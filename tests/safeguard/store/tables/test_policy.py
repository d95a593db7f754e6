"""What the tables of the policy promise the rest."""

from sqlalchemy import LargeBinary, Table

from safeguard.store.tables import policy
from safeguard.store.tables.every import EVERY_TABLE

PRIVATE = {
    "unblock_requests": {"words"},
    "unblock_askers": {"url", "reason"},
    "concern_exemptions": {"phrase"},
}


def test_what_pupils_wrote_and_where_they_were_is_kept_as_bytes_that_are_sealed() -> None:
    for name, columns in PRIVATE.items():
        table = EVERY_TABLE.tables[name]
        sealed = {one.name for one in table.c if isinstance(one.type, LargeBinary)}
        assert sealed == columns


def test_one_version_is_in_force_and_one_request_open_for_each_site() -> None:
    for row, name in (
        (policy.PolicyVersionRow, "ix_policy_versions_in_force"),
        (policy.UnblockRequestRow, "ix_unblock_requests_open"),
    ):
        assert isinstance(row.__table__, Table)
        assert {one.name for one in row.__table__.indexes if one.unique} == {name}

"""The fixtures that tests of the shell share."""

from tests.postgres import any_settings, any_store, postgres_server, ready_file

__all__ = ["any_settings", "any_store", "postgres_server", "ready_file"]

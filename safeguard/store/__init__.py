"""The database: tables, migrations and queries. The only home of SQLAlchemy."""

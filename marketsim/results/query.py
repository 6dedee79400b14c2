"""SQL over the tables of a folder of results: DuckDB over the parquet files, locked to reading just these."""

from __future__ import annotations

import duckdb
import pandas as pd

from marketsim.results import reading
from marketsim.results.store import StoreError
from marketsim.scenario import errors

# Tables are handed over as Arrow data sets, which read their files outside DuckDB: so DuckDB itself needs no files.
LOCKS = (
    "SET python_enable_replacements=false",
    "SET autoinstall_known_extensions=false",
    "SET autoload_known_extensions=false",
    "SET enable_external_access=false",
    "SET lock_configuration=true",
)
ALLOWED = ("SELECT", "EXPLAIN")


def query(tables: reading.Tables, sql: str) -> pd.DataFrame:
    """What one SELECT gives over the tables of a folder (`design`, `runs`, `weekly`, `comparison`, …).

    Numbers stay numbers. Raises StoreError, in one line, for SQL that is wrong, that is more than one statement, or
    that would do anything but read these tables.
    """
    with duckdb.connect(":memory:") as connection:
        for name in tables:
            _add(connection, name, tables.source(name))
        for lock in LOCKS:
            connection.execute(lock)
        try:
            _check(connection, sql)
            return connection.execute(sql).df()
        except duckdb.Error as error:
            raise StoreError(_message(error, sorted(tables))) from None


def _add(connection: duckdb.DuckDBPyConnection, name: str, table: reading.Source) -> None:
    """Make a table known under its name, the number of a replicate as a number."""
    if not set(reading.BY_FOLDER).issubset(table.schema):  # which the folders of runs give as words
        connection.register(name, table)
        return
    connection.register(f"{name}_by_folder", table)
    connection.execute(
        f'CREATE VIEW "{name}" AS SELECT scenario, CAST(substr(replicate, 11) AS INTEGER) AS replicate, '
        f'* EXCLUDE (scenario, replicate) FROM "{name}_by_folder"'
    )


def _check(connection: duckdb.DuckDBPyConnection, sql: str) -> None:
    """Only one statement, and only one that reads."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise StoreError(f"SQL: expected one statement, got {len(statements)}")
    kind = statements[0].type.name
    if kind not in ALLOWED:
        raise StoreError(f"SQL: {kind} is not allowed; results are only read: SELECT, WITH, DESCRIBE, SUMMARIZE")


def _message(error: duckdb.Error, tables: list[str]) -> str:
    """The error's own words without its drawing of the statement; the tables there are if one wasn't found."""
    said = errors.escaped(reading.first_line(Exception(str(error).partition("\nLINE ")[0])))
    have = f"tables: {errors.listed(tables)}" if "Table with name" in said else ""
    said = said.partition(" Did you mean")[0] if have else said
    return errors.sentence(f"SQL: {said}", have)

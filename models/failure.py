"""What a database driver's error means, in our own terms."""

import errno
import os
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from models.errors import (
    DatabaseBusyError,
    DatabaseError,
    DatabaseReadOnlyError,
    DatabaseUnreachableError,
    DiskFullError,
    NotADatabaseError,
)

_BY_SQLITE_CODE: dict[int, type[DatabaseError]] = {
    sqlite3.SQLITE_PERM: DatabaseReadOnlyError,
    sqlite3.SQLITE_READONLY: DatabaseReadOnlyError,
    sqlite3.SQLITE_FULL: DiskFullError,
    sqlite3.SQLITE_BUSY: DatabaseBusyError,
    sqlite3.SQLITE_LOCKED: DatabaseBusyError,
    sqlite3.SQLITE_CANTOPEN: DatabaseUnreachableError,
    sqlite3.SQLITE_NOTADB: NotADatabaseError,
    sqlite3.SQLITE_CORRUPT: NotADatabaseError,
}

_BY_SQLSTATE: dict[str, type[DatabaseError]] = {
    "25006": DatabaseReadOnlyError,  # read_only_sql_transaction: a standby, or default_transaction_read_only
    "42501": DatabaseReadOnlyError,  # insufficient_privilege
    "53100": DiskFullError,
    "55P03": DatabaseBusyError,  # lock_not_available
    "57014": DatabaseBusyError,  # query_canceled: statement_timeout
}

_BY_ERRNO: dict[int, type[DatabaseError]] = {
    errno.EACCES: DatabaseReadOnlyError,
    errno.EPERM: DatabaseReadOnlyError,
    errno.EROFS: DatabaseReadOnlyError,
    errno.ENOSPC: DiskFullError,
    errno.EDQUOT: DiskFullError,
}

_SAID: dict[type[DatabaseError], str] = {
    DatabaseReadOnlyError: "cannot be written",
    DiskFullError: "has no room left",
    DatabaseBusyError: "is held by another process",
    DatabaseUnreachableError: "cannot be reached",
    NotADatabaseError: "is not a database, or is damaged",
    DatabaseError: "cannot be used",
}


def failure_of(error: SQLAlchemyError | OSError, place: str) -> DatabaseError:
    """Return the error of ours that `error` means; `place` is the file or the URL without its password.

    Raise it `from error`.
    """
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    kind = _kind_of(cause)
    if kind is DatabaseUnreachableError and _is_read_only_folder(Path(place)):
        kind = DatabaseReadOnlyError  # SQLite cannot make its -wal file and says "unable to open"
    first_line = str(cause).strip().partition("\n")[0]
    return kind(f"the database {place} {_SAID[kind]}: {first_line}")


def may_write(path: Path) -> bool:
    """Return whether this process may write a file or folder, as far as its permissions tell."""
    return os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids)


def _kind_of(cause: BaseException) -> type[DatabaseError]:
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", None)
        return DatabaseError if code is None else _BY_SQLITE_CODE.get(code & 0xFF, DatabaseError)
    if isinstance(cause, OSError):
        return _BY_ERRNO.get(cause.errno or 0, DatabaseUnreachableError)
    sqlstate = getattr(cause, "sqlstate", "")
    if not sqlstate or sqlstate[:2] in {"08", "28", "3D", "57"}:
        # no state at all is a connection that was never made or was lost; the classes are: connection, authorization,
        # no such database, shutting down
        return _BY_SQLSTATE.get(sqlstate or "", DatabaseUnreachableError)
    return _BY_SQLSTATE.get(sqlstate, DatabaseError)


def _is_read_only_folder(file: Path) -> bool:
    return file.exists() and not may_write(file.parent)

"""Errors of what is kept.

ModelsError
├── DatabaseError              the database cannot be used
│   ├── DatabaseUrlError       the URL is of no database we know, or its driver is not installed
│   ├── DatabaseReadOnlyError  the file, its folder or the server refuses writing
│   ├── DiskFullError          no room for another row
│   ├── DatabaseBusyError      another process holds the write lock for too long
│   ├── DatabaseUnreachableError  no such folder, no such file, or the server does not answer
│   ├── NotADatabaseError      the file is something else, or damaged
│   ├── ForeignDatabaseError   a SQLite database of another program
│   ├── OlderSchemaError       an old database opened read-only, so that it cannot be brought up to date
│   └── NewerSchemaError       written by a newer version of this program
├── AuditUnavailableError      a row cannot be recorded now; whoever asked must not act
├── SpillError                 the rows of a stop could not be kept in a file either
├── BadCursorError             a page was asked for with a cursor that we did not give
└── NoSuchKeyError             an API key id that does not exist
"""


class ModelsError(Exception):
    """Base of all errors of this package."""

    code = "models"
    can_retry = False


class DatabaseError(ModelsError):
    """The database cannot be used."""

    code = "database"


class DatabaseUrlError(DatabaseError):
    """The URL is of no database we know, or its driver is not installed."""

    code = "database_url"


class DatabaseReadOnlyError(DatabaseError):
    """The file, its folder or the server refuses writing."""

    code = "database_read_only"
    can_retry = True


class DiskFullError(DatabaseError):
    """There is no room for another row."""

    code = "disk_full"
    can_retry = True


class DatabaseBusyError(DatabaseError):
    """Another process holds the write lock for too long."""

    code = "database_busy"
    can_retry = True


class DatabaseUnreachableError(DatabaseError):
    """There is no such folder or file, or the server does not answer."""

    code = "database_unreachable"
    can_retry = True


class NotADatabaseError(DatabaseError):
    """The file is something else, or damaged."""

    code = "not_a_database"


class ForeignDatabaseError(DatabaseError):
    """The file is a SQLite database of another program."""

    code = "foreign_database"


class OlderSchemaError(DatabaseError):
    """The database is of an older version and was opened read-only, so that it cannot be brought up to date."""

    code = "older_schema"


class NewerSchemaError(DatabaseError):
    """The database was written by a newer version of this program."""

    code = "newer_schema"


class AuditUnavailableError(ModelsError):
    """A row cannot be recorded now; whoever asked must not act. The cause is chained."""

    code = "audit_unavailable"
    can_retry = True


class SpillError(ModelsError):
    """The rows of a stop could not be kept in a file either."""

    code = "audit_spill"
    can_retry = True


class BadCursorError(ModelsError):
    """A page was asked for with a cursor that we did not give."""

    code = "bad_cursor"


class NoSuchKeyError(ModelsError):
    """There is no API key with that id."""

    code = "no_such_key"

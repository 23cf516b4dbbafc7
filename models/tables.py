"""The bases of all tables: one for each `Schema`, as each is migrated by itself."""

from typing import ClassVar

from sqlalchemy import MetaData
from sqlmodel import SQLModel


class SiteTable(SQLModel):
    """A table that is kept for years."""

    metadata: ClassVar[MetaData] = MetaData()


class ReadingsTable(SQLModel):
    """A table that is kept for weeks."""

    metadata: ClassVar[MetaData] = MetaData()

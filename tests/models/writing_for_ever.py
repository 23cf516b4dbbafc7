"""A program that appends until it is killed; prints each row's turn once it is acknowledged."""

import asyncio
import itertools
import sys

from models.audit_writer import AuditWriter
from models.database import Database
from tests.models.entries import an_entry

CALLERS = 10


async def write(url: str, name: str) -> None:
    """Append from several callers at once."""
    async with await Database.open(url) as database, AuditWriter(database) as writer:

        async def caller(number: int) -> None:
            for count in itertools.count():
                turn_id = f"{name}-{number}-{count}"
                await writer.append(an_entry(turn_id=turn_id))
                sys.stdout.write(turn_id + "\n")
                sys.stdout.flush()

        async with asyncio.TaskGroup() as group:
            for number in range(CALLERS):
                group.create_task(caller(number))


if __name__ == "__main__":
    asyncio.run(write(sys.argv[1], sys.argv[2]))

"""Waiting for a condition instead of a while."""

import asyncio
from collections.abc import Callable


async def until(condition: Callable[[], object], timeout_s: float = 10) -> None:
    """Return once `condition` holds; fails with TimeoutError if it never does."""
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110  # conditions are of any kind, not only events
            await asyncio.sleep(0.002)

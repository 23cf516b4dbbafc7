"""Errors of benchmarks.

NothingToMeasureError
"""

from app.errors import AppError


class NothingToMeasureError(AppError):
    """There are no recordings, or no labels that fit them. Give a folder that has some."""

    code = "nothing_to_measure"

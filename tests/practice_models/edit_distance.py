"""How far two sequences are apart."""

from collections.abc import Sequence


def edit_distance(left: Sequence[object], right: Sequence[object]) -> int:
    """Least number of insertions, deletions and substitutions that make `left` `right`."""
    row = list(range(len(right) + 1))
    for count, item in enumerate(left, 1):
        diagonal, row[0] = row[0], count
        for place, other in enumerate(right, 1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (item != other))
    return row[-1]

"""Keys, made, listed and revoked."""

import re

import pytest

from tests.app.commands.terminal import Terminal


def test_a_key_is_printed_alone_and_only_once(wanwan: Terminal) -> None:
    made = wanwan("keys", "create", "hana", "--role", "operator", "--station", "tablet")
    assert made.code == 0
    assert re.fullmatch(r"wk_[0-9a-f]{10}_[0-9a-f]{64}\n", made.out)
    key_id = made.out.split("_")[1]
    assert f"key {key_id} for hana (operator)" in made.err
    listed = wanwan("keys", "list")
    assert listed.code == 0
    row = next(line for line in listed.out.splitlines() if key_id in line)
    for text in ("hana", "operator", "tablet"):
        assert text in row
    assert made.out.strip().rpartition("_")[2] not in listed.out


def test_a_revoked_key_stays_in_the_list_with_its_time(wanwan: Terminal) -> None:
    key_id = wanwan("keys", "create", "山田").out.split("_")[1]
    (before,) = wanwan("keys", "list", "--json").json["keys"]
    assert (before["key_id"], before["name"], before["role"], before["revoked_at"]) == (
        key_id,
        "山田",
        "technician",
        None,
    )
    revoked = wanwan("keys", "revoke", key_id)
    assert (revoked.code, revoked.out) == (0, f"key {key_id} of 山田 is revoked\n")
    (after,) = wanwan("keys", "list", "--json").json["keys"]
    assert after["revoked_at"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["create", " "], "needs the name"),
        (["create", "hana", "--station", "moon"], "control-desk"),
        (["revoke", "nothing"], "wanwan keys list"),
    ],
)
def test_what_cannot_be_done_is_told_with_a_remedy(wanwan: Terminal, arguments: list[str], expected: str) -> None:
    assert expected in wanwan.failing("keys", *arguments)


def test_a_database_that_is_none_is_told_in_one_sentence(wanwan: Terminal) -> None:
    file = wanwan.data / "wanwan.sqlite"
    file.write_bytes(b"this is no database at all" * 100)
    assert "is not a database" in wanwan.failing("keys", "list")
    wanwan.set(database_url="mysql://nobody@nowhere/x")
    assert "mysql is not supported" in wanwan.failing("keys", "create", "hana")

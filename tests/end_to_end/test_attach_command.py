"""Files on the command line."""

import json
from pathlib import Path

import pytest

from tests.end_to_end.program import cortex, rows

pytestmark = pytest.mark.end_to_end


def test_attached_text_is_read_and_stored_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The meeting is on Thursday.", encoding="utf-16")
    (tmp_path / "copy.txt").write_bytes((tmp_path / "a.txt").read_bytes())
    file, copy = str(tmp_path / "a.txt"), str(tmp_path / "copy.txt")
    outcome = cortex("ask", "--demo", "--attach", file, "--attach", copy, "what time is it", folder=tmp_path)
    assert outcome.status == 0
    assert "> The meeting is on Thursday." in outcome.stdout
    again = cortex("ask", "--demo", "--no-tools", "--attach", file, folder=tmp_path)  # no words at all
    assert (again.status, "> The meeting is on Thursday." in again.stdout) == (0, True)
    assert rows("SELECT COUNT(*) FROM blobs") == [(1,)]
    assert rows("SELECT COUNT(*) FROM message_attachments") == [(2,)]
    assert rows("SELECT COUNT(*) FROM draft_attachments") == [(0,)]
    names = [json.loads(text)["name"] for (text,) in rows("SELECT attachment FROM message_attachments")]
    assert names == ["a.txt", "a.txt"]


@pytest.mark.parametrize(("name", "says"), [("", "is a folder"), ("gone.txt", "cannot be read"), ("a.zip", "ZIP")])
def test_what_cannot_be_attached_is_bad_usage_and_nothing_is_stored(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK\x03\x04...")
    outcome = cortex("ask", "--demo", "--attach", str(tmp_path / name), "read it", folder=tmp_path)
    assert outcome.status == 2
    assert says in outcome.stderr

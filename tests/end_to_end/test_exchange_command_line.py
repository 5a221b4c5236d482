"""Export, import, backup and restore on the command line, whole processes on one database."""

import json
import os
import stat
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from tests.end_to_end.program import Outcome, cortex, rows
from tests.engine.exchange.test_import import chatgpt

pytestmark = pytest.mark.end_to_end


def done(*arguments: str) -> Outcome:
    outcome = cortex(*arguments)
    assert outcome.status == 0, outcome.stderr
    return outcome


def titles() -> list[str]:
    return sorted(row[0] for row in rows("SELECT title FROM conversations WHERE deleted_at IS NULL"))


def test_what_is_exported_backed_up_and_imported_is_whole(tmp_path: Path) -> None:
    done("ask", "--demo", "what is 6*7?")
    page = tmp_path / "all.html"
    done("export", str(page))
    assert "what is 6*7?" in page.read_text(encoding="utf-8")
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    markdown = done("export", "--format", "markdown", "-").stdout
    assert markdown.startswith("# what is 6*7?\n")
    backup = str(tmp_path / "copy.cortex-backup")
    done("backup", backup)

    export = tmp_path / "conversations.json"
    export.write_text(json.dumps([chatgpt()]), encoding="utf-8")
    assert "Imported 1 conversation with 3 messages." in done("import", str(export)).stderr
    assert "1 conversation is here already" in done("import", str(export)).stderr
    assert titles() == ["A tree", "what is 6*7?"]

    assert "kept as" in done("restore", backup).stderr
    assert titles() == ["what is 6*7?"]


def test_files_of_a_message_are_in_every_export_and_come_in_again_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plan.txt").write_text("On Thursday.", encoding="utf-8")
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(0xFF2266)
    assert picture.save(str(tmp_path / "red.png"))
    attach = ("--attach", str(tmp_path / "plan.txt"), "--attach", str(tmp_path / "red.png"))
    done("ask", "--demo", "--no-tools", *attach, "Look at these.")
    for name in ("all.html", "all.md", "all.json"):
        done("export", str(tmp_path / name))
    page = (tmp_path / "all.html").read_text(encoding="utf-8")
    assert "<title>Look at these.</title>" in page
    assert '<img src="data:image/png;base64,' in page
    assert "<pre>On Thursday.</pre>" in page
    assert "plan.txt (Text, 12 bytes), red.png (PNG picture, " in (tmp_path / "all.md").read_text(encoding="utf-8")
    kept = "SELECT b.hash, b.data, b.preview, a.attachment FROM blobs b JOIN message_attachments a USING (hash)"
    before = sorted(rows(kept))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "elsewhere"))
    assert "with 2 messages and 2 files." in done("import", str(tmp_path / "all.json")).stderr
    assert sorted(rows(kept)) == before


def test_what_cannot_be_done_is_said_and_changes_nothing(tmp_path: Path) -> None:
    done("ask", "--demo", "what is 6*7?")
    bad = tmp_path / "bad.json"
    bad.write_text("[", encoding="utf-8")
    for arguments, says in (
        (("import", str(bad)), "no whole JSON"),
        (("import", str(tmp_path / "none.json")), "No such file"),
        (("restore", str(bad)), "no backup"),
        (("export", "--conversation", "nope", str(tmp_path / "out.json")), "There is no conversation 'nope'"),
        (("backup", str(tmp_path / "no-folder" / "x")), "No such file"),
    ):
        outcome = cortex(*arguments)
        assert (outcome.status, says in outcome.stderr) == (1, True), outcome.stderr
    assert titles() == ["what is 6*7?"]
    assert "out.json" not in os.listdir(tmp_path)

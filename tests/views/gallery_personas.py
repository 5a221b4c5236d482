"""Pictures of the dialog of the personas: ``python -m tests.views.gallery_personas OUTDIR``."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.engine.prompts import writer_prompt
from desktop.views import theme
from desktop.views.persona_dialog import PersonaDialog, PersonaFile, SentText

_TEXT = "# Ada\n\nYou are Ada: calm, exact, and brief. You like mathematics and say where you are not sure.\n"
_FILES = (
    PersonaFile("default.md", True, True),
    PersonaFile("a-very-long-name-of-a-persona-file.md", True, False),
    PersonaFile("poet.md", True, False),
)
_SENT = (
    SentText(
        "To the writing model",
        writer_prompt(_TEXT, with_tools=True, now=datetime(2026, 11, 22, 21, 30, tzinfo=UTC), off_record=True),
        "System prompt of Claude Sonnet 5.5. The role tells the date. The mode is told off the record, as now.",
    ),
    SentText("With each request", "", "Nothing: the role does not tell the time."),
)


def main(folder: Path) -> None:
    """Save them, light and dark."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(sys.argv)
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        theme.apply(application, scheme)
        dialog = PersonaDialog()
        dialog.show_files(_FILES, "default.md")
        dialog.show_text("default.md", _TEXT)
        dialog.editor.appendPlainText("Something that is not saved.")
        dialog.show_problem("This file was changed elsewhere. Save keeps your text in its place.")
        dialog.show_roles(["chat", "coder", "writer"], "chat")
        dialog.show_sent(_SENT)
        dialog.show()
        application.processEvents()
        scale = os.environ.get("QT_SCALE_FACTOR", "1")
        dialog.grab().save(str(folder / f"personas-{scheme}-{scale}x.png"))
        dialog.show_problem("")
        dialog.tabs.setCurrentIndex(1)
        application.processEvents()
        dialog.grab().save(str(folder / f"personas-sent-{scheme}-{scale}x.png"))
        dialog.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

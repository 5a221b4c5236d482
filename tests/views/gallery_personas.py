"""Pictures of the dialog of the personas: ``python -m tests.views.gallery_personas OUTDIR``."""

import os
import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.views import theme
from desktop.views.persona_dialog import PersonaDialog, PersonaFile

_TEXT = "# Ada\n\nYou are Ada: calm, exact, and brief. You like mathematics and say where you are not sure.\n"
_FILES = (
    PersonaFile("default.md", True, True),
    PersonaFile("a-very-long-name-of-a-persona-file.md", True, False),
    PersonaFile("poet.md", True, False),
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
        dialog.show_sent(f"── Persona ──\n{_TEXT}")
        dialog.show()
        application.processEvents()
        dialog.grab().save(str(folder / f"personas-{scheme}.png"))
        dialog.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Files and clipboards that a person offers to the program."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.end_to_end.desktop_session import ROOT, Desktop, Program

_HOLDER = """
import sys
from PySide6.QtGui import QColor, QGuiApplication, QImage
application = QGuiApplication(sys.argv[:1])
if len(sys.argv) > 1:
    application.clipboard().setText(sys.argv[1])
else:
    image = QImage(120, 80, QImage.Format.Format_RGB32)
    image.fill(QColor("#2a6f4e"))
    application.clipboard().setImage(image)
print("ready", flush=True)
application.exec()
"""


@contextlib.contextmanager
def clipboard(screen: Desktop, text: str = "") -> Iterator[None]:
    """Another program that holds a text in the clipboard; a picture where there is none."""
    command = [sys.executable, "-c", _HOLDER, *([text] if text else [])]
    with subprocess.Popen(command, env=screen.environment, cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"ready\n"
        try:
            yield
        finally:
            holder.terminate()


def attach(screen: Desktop, program: Program, path: Path) -> None:
    """Choose a file by the attach button."""
    program.press("push button", "Attach files")
    program.press("text", "File name:")
    program.wait_for_focus("File name:")
    screen.type(str(path))
    screen.keys("Return")

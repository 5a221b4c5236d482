"""The floor that the program's window is held against: the least that PySide6 can show and that takes text."""

import sys

from PySide6.QtWidgets import QApplication, QMainWindow, QPlainTextEdit

if __name__ == "__main__":
    application = QApplication(sys.argv)
    window = QMainWindow()
    field = QPlainTextEdit()
    window.setCentralWidget(field)
    window.resize(1280, 800)
    window.show()
    field.setFocus()
    sys.exit(application.exec())

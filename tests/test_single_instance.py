"""A second start and the window of the first."""

import subprocess
import sys
from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop.single_instance import InstanceServer, raise_first_window

ASK = (
    "import sys\nfrom desktop.single_instance import raise_first_window\nsys.exit(not raise_first_window(sys.argv[1]))"
)


def test_second_start_raises_the_first_window(qtbot: QtBot, tmp_path: Path) -> None:
    address = str(tmp_path / "window.socket")
    server = InstanceServer(address)
    with qtbot.waitSignal(server.raised, timeout=20_000):
        second = subprocess.Popen([sys.executable, "-c", ASK, address])
    assert second.wait(20) == 0
    server.close()


def test_with_no_window_there_is_none_to_raise(qapp: object, tmp_path: Path) -> None:
    assert not raise_first_window(str(tmp_path / "window.socket"))


def test_socket_of_a_killed_window_is_taken_over(qtbot: QtBot, tmp_path: Path) -> None:
    address = str(tmp_path / "window.socket")
    listen = (
        "import os, sys\nfrom PySide6.QtCore import QCoreApplication\n"
        "from desktop.single_instance import InstanceServer\n"
        "app = QCoreApplication([])\nserver = InstanceServer(sys.argv[1])\nos._exit(0)"
    )
    subprocess.run([sys.executable, "-c", listen, address], check=True)
    assert Path(address).exists()
    assert not raise_first_window(address)
    server = InstanceServer(address)
    with qtbot.waitSignal(server.raised, timeout=20_000):
        second = subprocess.Popen([sys.executable, "-c", ASK, address])
    assert second.wait(20) == 0
    server.close()

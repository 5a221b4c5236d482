"""The audit view of a window, on a real store."""

import asyncio
import csv
import io
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop.assembly import Engine, open_engine
from desktop.audit_actions import OFF_RECORD, OPEN_AUDIT, AuditActions
from desktop.controller import Controller
from desktop.engine.audit import AuditFilter, AuditHead
from desktop.paths import Paths
from desktop.secrets import Keyring, KeyStore
from desktop.settings import Settings
from desktop.views.audit_view import AuditView
from desktop.views.main_window import MainWindow
from tests.engine.store.test_audit import call, worked
from tests.engine.store.test_audit_check import path_of, unguarded
from tests.test_secrets import MemoryKeyring

os.environ["QT_QPA_PLATFORM"] = "offscreen"


class Desk:
    """A window, its engine and its audit."""

    def __init__(self, window: MainWindow, engine: Engine, controller: Controller, actions: AuditActions) -> None:
        self.window = window
        self.engine = engine
        self.controller = controller
        self.actions = actions

    @property
    def view(self) -> AuditView:
        found = self.window.findChild(AuditView)
        assert isinstance(found, AuditView)
        return found

    async def settle(self) -> None:
        """Let all that was asked for be done."""
        while self.controller.actions._tasks:
            await asyncio.gather(*self.controller.actions._tasks)

    async def open(self) -> AuditView:
        self.actions.open()
        await self.settle()
        return self.view

    def calls(self) -> list[str]:
        model = self.view.table.model()
        return [model.index(row, 1).data() for row in range(model.rowCount())]


async def made(qtbot: QtBot, keyring: Keyring) -> Desk:
    paths = Paths.of_system()
    paths.make()
    settings, _ = Settings.load(paths.settings_file)
    window = MainWindow()
    qtbot.addWidget(window)
    window.furnish()
    controller = Controller(window, settings, paths)
    keys = KeyStore(on_key=lambda key: None, load=lambda: keyring, environment={})
    engine = await open_engine(paths, settings, keys, controller.take)
    actions = AuditActions(controller.desk, lambda text: text.replace("secret", "[redacted]"))
    await controller.start(engine, None)
    window.show()
    return Desk(window, engine, controller, actions)


@pytest.fixture
def keyring() -> MemoryKeyring:
    return MemoryKeyring()


@pytest.fixture
async def desk(qtbot: QtBot, keyring: MemoryKeyring) -> AsyncIterator[Desk]:
    made_desk = await made(qtbot, keyring)
    yield made_desk
    await made_desk.controller.close()
    await made_desk.engine.close()


async def test_the_view_shows_what_was_called(desk: Desk) -> None:
    await worked(desk.engine.store, call("a", "write_file", path="notes.md"))
    view = await desk.open()
    assert view.isVisible()
    assert view.isModal()
    assert desk.calls() == ["write_file"]
    assert [view.filters.tool.itemData(n) for n in range(view.filters.tool.count())] == [None, "write_file"]
    await worked(desk.engine.store, call("b", "run_command", command="ls"))
    view.refresh_button.click()
    await desk.settle()
    assert desk.calls() == ["run_command", "write_file"]
    view.filters.every_step.setChecked(True)
    await desk.settle()
    assert len(desk.calls()) == 8


async def test_a_check_is_told_in_the_view(desk: Desk) -> None:
    await desk.engine.audit.ready()
    await worked(desk.engine.store, call("a"))
    await desk.engine.audit.anchor()
    view = await desk.open()
    view.verify_button.click()
    await desk.settle()
    assert view.report.text.text() == "The audit log is intact: 4 rows checked."
    unguarded(path_of(desk.engine.store), "UPDATE audit SET state = 'denied' WHERE number = 2")
    view.verify_button.click()
    await desk.settle()
    assert "Row 2 is not as it was written" in view.report.text.text()


async def test_off_the_record_the_log_is_that_of_the_memory_and_goes_nowhere(desk: Desk) -> None:
    await worked(desk.engine.store, call("a", "on_disk"))
    await worked(desk.engine.off_record, call("a", "in_memory"))
    desk.window.set_off_record(True)
    view = await desk.open()
    assert desk.calls() == ["in_memory"]
    assert view.report.text.text() == OFF_RECORD
    assert not view.export_button.isEnabled()
    view.verify_button.click()
    await desk.settle()
    assert view.report.text.text().startswith("The audit log is intact: 4 rows checked.")
    view.close()
    desk.window.set_off_record(False)
    view = await desk.open()
    assert desk.calls() == ["on_disk"]
    assert view.export_button.isEnabled()


async def test_rows_are_exported_to_a_private_file(desk: Desk, tmp_path: Path) -> None:
    await worked(desk.engine.store, call("a", key="secret"))
    view = await desk.open()
    await desk.actions.export(AuditFilter(), tmp_path / "audit.csv", "csv")
    (row,) = csv.DictReader(io.StringIO((tmp_path / "audit.csv").read_text(encoding="utf-8"), newline=""))
    assert row["arguments"] == '{"key":"[redacted]"}'
    assert view.report.text.text() == f"Exported 1 row to {tmp_path / 'audit.csv'}."
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / "audit.csv").stat().st_mode) == 0o600


async def test_a_file_that_cannot_be_written_is_said_in_the_view(desk: Desk, tmp_path: Path) -> None:
    os.mkdir(folder := tmp_path / "folder")
    await desk.open()
    desk.actions._do(desk.actions.export(AuditFilter(), folder, "csv"))
    await desk.settle()
    assert desk.view.report.text.text().startswith("The file could not be written: ")
    assert os.listdir(tmp_path) == ["folder"]


async def test_a_row_that_cannot_be_read_is_said_in_the_view(desk: Desk) -> None:
    await worked(desk.engine.store, call("a"))
    unguarded(path_of(desk.engine.store), "UPDATE audit SET at = 'never' WHERE number = 4")
    view = await desk.open()
    assert view.report.text.text().startswith("Row 4 of the audit log cannot be read")


async def test_a_log_that_does_not_go_on_is_told_at_the_start(qtbot: QtBot, desk: Desk, keyring: MemoryKeyring) -> None:
    desk.actions.start()
    await worked(desk.engine.store, call("a"))
    await desk.engine.audit.anchor()
    assert not desk.window.notice.isVisible()
    (name,) = (name for _, name in keyring.kept if name.startswith("audit-head-"))
    keyring.set_password("cortex-desktop", name, AuditHead(rows=9, hash="0" * 64).model_dump_json())
    await desk.engine.audit.anchor()
    assert desk.window.notice.isVisible()
    assert "does not go on" in desk.window.notice.text.text()
    desk.window.notice.action.click()
    await desk.settle()
    assert desk.window.notice.action.text() == OPEN_AUDIT
    assert "does not go on" in desk.view.report.text.text()


async def test_before_the_engine_is_open_nothing_opens(qtbot: QtBot) -> None:
    paths = Paths.of_system()
    paths.make()
    settings, _ = Settings.load(paths.settings_file)
    window = MainWindow()
    qtbot.addWidget(window)
    window.furnish()
    AuditActions(Controller(window, settings, paths).desk).open()
    assert window.findChild(AuditView) is None

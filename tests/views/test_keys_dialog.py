import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop.views.keys_dialog import KeysDialog, KeySource, KeyStatus, status_text
from desktop.views.local_server_dialog import NOTHING_FOUND, LocalServer, LocalServerDialog

STATUSES = [
    KeyStatus("gemini", "Google Gemini", "environment", "GEMINI_API_KEY"),
    KeyStatus("anthropic", "Anthropic", "keyring"),
    KeyStatus("openai", "OpenAI", "none"),
]


@pytest.fixture
def dialog(qtbot: QtBot) -> KeysDialog:
    widget = KeysDialog()
    qtbot.addWidget(widget)
    widget.show_status(STATUSES)
    widget.open()
    return widget


@pytest.fixture
def servers(qtbot: QtBot) -> LocalServerDialog:
    widget = LocalServerDialog()
    qtbot.addWidget(widget)
    widget.open()
    return widget


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("keyring", "In the keyring"),
        ("environment", "From the environment: X_KEY"),
        ("session", "For this session only"),
        ("none", "No key"),
    ],
)
def test_the_source_is_said_in_words(source: KeySource, text: str) -> None:
    assert status_text(KeyStatus("x", "X", source, "X_KEY")) == text


def test_a_key_is_told_once_and_forgotten(dialog: KeysDialog) -> None:
    told: list[tuple[str, str]] = []
    dialog.key_entered.connect(lambda provider, key: told.append((provider, key)))
    row = dialog.rows["openai"]
    assert not row.save_button.isEnabled()
    QTest.keyClicks(row.field, "  secret ")
    QTest.mouseClick(row.save_button, Qt.MouseButton.LeftButton)
    assert told == [("openai", "secret")]
    assert row.field.text() == ""
    row.field.undo()
    assert row.field.text() == ""


def test_enter_in_the_field_saves(dialog: KeysDialog, qtbot: QtBot) -> None:
    with qtbot.waitSignal(dialog.key_entered) as told:
        QTest.keyClicks(dialog.rows["gemini"].field, "secret")
        QTest.keyClick(dialog.rows["gemini"].field, Qt.Key.Key_Return)
    assert told.args == ["gemini", "secret"]
    assert dialog.isVisible()


def test_a_typed_key_is_never_shown_or_copied(dialog: KeysDialog) -> None:
    field = dialog.rows["openai"].field
    QTest.keyClicks(field, "secret")
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert "secret" not in field.displayText()
    accessible = QAccessible.queryAccessibleInterface(field)
    assert accessible.state().passwordEdit
    assert "secret" not in accessible.text(QAccessible.Text.Value)


def test_what_is_not_saved_is_forgotten_with_the_dialog(dialog: KeysDialog) -> None:
    QTest.keyClicks(dialog.rows["openai"].field, "secret")
    QTest.mouseClick(dialog.close_button, Qt.MouseButton.LeftButton)
    assert dialog.rows["openai"].field.text() == ""


def test_only_kept_keys_can_be_removed(dialog: KeysDialog, qtbot: QtBot) -> None:
    shown = {provider: row.remove_button.isVisible() for provider, row in dialog.rows.items()}
    assert shown == {"gemini": False, "anthropic": True, "openai": False}
    with qtbot.waitSignal(dialog.key_removed) as told:
        QTest.mouseClick(dialog.rows["anthropic"].remove_button, Qt.MouseButton.LeftButton)
    assert told.args == ["anthropic"]


def test_a_new_status_leaves_what_is_being_typed(dialog: KeysDialog) -> None:
    QTest.keyClicks(dialog.rows["openai"].field, "half")
    dialog.show_status([KeyStatus("anthropic", "Anthropic", "session"), STATUSES[2]])
    assert dialog.rows["openai"].field.text() == "half"
    assert dialog.rows["anthropic"].status.whole_text == "For this session only"


def test_without_a_keyring_it_says_so_and_what_to_do(dialog: KeysDialog) -> None:
    assert not dialog.banner.isVisible()
    dialog.show_status(STATUSES, keyring="none")
    assert dialog.banner.isVisible()
    assert "this session only" in dialog.banner.text.text()
    assert "GNOME Keyring" in dialog.banner.text.text()


def test_a_problem_is_shown_literally(dialog: KeysDialog) -> None:
    dialog.show_problem("The keyring <b>refused</b>.")
    assert dialog.problem.isVisible()
    assert dialog.problem.text.textFormat() == Qt.TextFormat.PlainText


def test_the_kept_key_is_tested_or_the_typed_one(dialog: KeysDialog) -> None:
    told: list[tuple[str, str]] = []
    dialog.key_tested.connect(lambda name, typed: told.append((name, typed)))
    QTest.mouseClick(dialog.rows["anthropic"].test_button, Qt.MouseButton.LeftButton)
    assert not dialog.rows["openai"].test_button.isEnabled(), "there is nothing to test"
    QTest.keyClicks(dialog.rows["openai"].field, " typed ")
    QTest.mouseClick(dialog.rows["openai"].test_button, Qt.MouseButton.LeftButton)
    assert told == [("anthropic", ""), ("openai", "typed")]


def test_what_came_of_a_test_stands_under_its_key(dialog: KeysDialog, qtbot: QtBot) -> None:
    row = dialog.rows["anthropic"]
    dialog.show_testing("anthropic")
    assert (row.result.text(), row.test_button.isEnabled()) == ("Asking …", True)
    with qtbot.assertNotEmitted(dialog.key_tested):
        QTest.mouseClick(row.test_button, Qt.MouseButton.LeftButton)
    dialog.show_result("anthropic", "Refused <b>it</b>.", works=False)
    assert (row.result.text(), row.result.property("kind")) == ("Refused <b>it</b>.", "danger")
    assert row.result.textFormat() == Qt.TextFormat.PlainText
    assert row.test_button.isEnabled()
    dialog.show_result("gone", "Nobody asks any more.", works=True)
    QTest.keyClicks(row.field, "another")
    QTest.keyClick(row.field, Qt.Key.Key_Return)
    assert row.result.isHidden(), "it was said of the key before"


def test_a_further_key_needs_a_label_and_a_key(dialog: KeysDialog) -> None:
    told: list[tuple[str, str, str]] = []
    dialog.key_added.connect(lambda *said: told.append(said))
    further = dialog.further
    QTest.keyClicks(further.field, "secret")
    assert not further.add_button.isEnabled()
    QTest.keyClicks(further.label_field, "/wo/rk")
    assert further.label_field.text() == "work", "no label can hold a slash"
    further.provider.setCurrentIndex(1)
    QTest.mouseClick(further.add_button, Qt.MouseButton.LeftButton)
    assert told == [("anthropic", "work", "secret")]
    assert (further.field.text(), further.label_field.text()) == ("", "")


WORK = KeyStatus("gemini/work", "Google Gemini, work", "keyring")


def test_rows_come_in_their_place_and_go(dialog: KeysDialog, qtbot: QtBot) -> None:
    dialog.show_status([STATUSES[0], WORK, *STATUSES[1:]])
    qtbot.waitUntil(lambda: dialog.rows["gemini/work"].isVisible() and is_whole(dialog))
    tops = [row.mapTo(dialog, row.rect().topLeft()).y() for row in dialog.rows.values()]
    assert tops == sorted(set(tops))
    assert list(dialog.rows) == ["gemini", "gemini/work", "anthropic", "openai"]
    assert dialog.rows["gemini/work"].remove_button.accessibleName() == "Remove Google Gemini, work key"
    dialog.rows["gemini/work"].field.setFocus()
    names = []
    for _ in range(4):
        names.append((dialog.focusWidget() or dialog).accessibleName())
        QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)
    work, claude = "Google Gemini, work key", "Anthropic key"
    assert names == [work, f"Test {work}", f"Remove {work}", claude]
    dialog.show_status(STATUSES)
    assert list(dialog.rows) == ["gemini", "anthropic", "openai"]


def test_a_locked_keyring_is_explained_and_tried_again(dialog: KeysDialog, qtbot: QtBot) -> None:
    locked = [KeyStatus("anthropic", "Anthropic", "locked")]
    dialog.show_status(locked, keyring="locked")
    words = dialog.banner.text.text()
    assert "locked" in words
    assert "last for this session only" in words
    assert dialog.rows["anthropic"].status.whole_text == "Not known: the keyring is locked"
    with qtbot.waitSignal(dialog.keyring_tried):
        QTest.mouseClick(dialog.banner.action, Qt.MouseButton.LeftButton)
    dialog.show_asking_keyring()
    assert not dialog.banner.action.isEnabled()
    dialog.show_status(locked, keyring="silent")
    assert "does not answer" in dialog.banner.text.text()
    assert dialog.banner.action.isEnabled()
    dialog.show_status(STATUSES)
    assert not dialog.banner.isVisible()


def test_fields_and_buttons_are_named_by_provider(dialog: KeysDialog) -> None:
    row = dialog.rows["openai"]
    names = [each.accessibleName() for each in (row.field, row.save_button, row.remove_button)]
    assert names == ["OpenAI key", "Save OpenAI key", "Remove OpenAI key"]


def test_a_found_model_is_chosen(servers: LocalServerDialog, qtbot: QtBot) -> None:
    servers.show_servers([LocalServer("Ollama", "http://localhost:11434/v1", ("small", "big"))])
    servers.models.setCurrentRow(1)
    with qtbot.waitSignal(servers.server_chosen) as told:
        QTest.mouseClick(servers.use_button, Qt.MouseButton.LeftButton)
    assert told.args == ["http://localhost:11434/v1", "big"]
    assert not servers.isVisible()


def test_searching_nothing_and_no_model_are_said_in_words(servers: LocalServerDialog) -> None:
    servers.show_searching()
    assert "Looking" in servers.state.text()
    assert not servers.use_button.isEnabled()
    servers.show_servers([])
    assert servers.state.text() == NOTHING_FOUND
    assert not servers.models.isVisible()
    servers.show_servers([LocalServer("Ollama", "http://localhost:11434/v1")])
    assert "offers no model" in servers.state.text()


def test_an_address_is_told(servers: LocalServerDialog, qtbot: QtBot) -> None:
    assert not servers.look_button.isEnabled()
    QTest.keyClicks(servers.address, " http://box:8080/v1 ")
    with qtbot.waitSignal(servers.address_entered) as told:
        QTest.mouseClick(servers.look_button, Qt.MouseButton.LeftButton)
    assert told.args == ["http://box:8080/v1"]


def test_a_new_search_is_told(servers: LocalServerDialog, qtbot: QtBot) -> None:
    servers.show_servers([])
    with qtbot.waitSignal(servers.search_requested):
        QTest.mouseClick(servers.search_button, Qt.MouseButton.LeftButton)


def is_whole(dialog: KeysDialog) -> bool:
    """Whether nothing in it is cut or scrolled away."""
    inside = [each for row in dialog.rows.values() for each in (row.field, row.save_button)]
    texts = [each for each in (dialog.banner, dialog.problem) if each.isVisible()]
    return (
        dialog._scroll.verticalScrollBar().maximum() == 0
        and all(each.height() >= each.sizeHint().height() for each in inside)
        and all(each.text.height() >= each.text.heightForWidth(each.text.width()) for each in texts)
        and dialog.rect().contains(dialog.close_button.geometry())
    )


def test_it_grows_and_shrinks_with_what_it_says(qtbot: QtBot, dialog: KeysDialog) -> None:
    assert is_whole(dialog)
    low = dialog.height()
    dialog.show_status(STATUSES, keyring="none")
    qtbot.waitUntil(lambda: is_whole(dialog) and dialog.height() > low)
    middle = dialog.height()
    dialog.show_problem("The keyring refused the key. " * 6)
    qtbot.waitUntil(lambda: is_whole(dialog) and dialog.height() > middle)
    dialog.resize(420, dialog.height())
    qtbot.waitUntil(lambda: is_whole(dialog))
    dialog.resize(520, dialog.height())
    dialog.show_problem("")
    qtbot.waitUntil(lambda: is_whole(dialog) and dialog.height() == middle)


def test_a_height_that_the_person_gave_stays(qtbot: QtBot, dialog: KeysDialog) -> None:
    dialog.resize(520, 700)
    dialog.show_status(STATUSES, keyring="none")
    qtbot.waitUntil(lambda: is_whole(dialog))
    assert dialog.height() == 700


def test_what_the_screen_has_no_room_for_is_scrolled(qtbot: QtBot, dialog: KeysDialog) -> None:
    dialog.show_problem("The keyring refused the key. " * 400)
    bar = dialog._scroll.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    assert dialog.height() <= dialog.screen().availableGeometry().height()
    assert dialog.rect().contains(dialog.close_button.geometry())
    assert bar.value() == 0
    for _ in range(20):
        if dialog.rows["openai"].field.hasFocus():
            break
        QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)
    assert dialog.rows["openai"].field.hasFocus()
    assert bar.value() > 0


def test_a_dialog_that_grows_keeps_its_buttons_on_the_screen(qtbot: QtBot) -> None:
    dialog = KeysDialog()
    qtbot.addWidget(dialog)
    dialog.show_status([KeyStatus("gemini", "Gemini", "none", "")], keyring="ready")
    dialog.show()
    area = dialog.screen().availableGeometry()
    dialog.move(area.left(), area.bottom() - dialog.height() - 40)
    for provider in ("anthropic", "openai"):
        rows = [KeyStatus(name, name, "none", "") for name in ("gemini", provider, f"{provider}/two")]
        dialog.show_status(rows, keyring="ready")
    qtbot.waitUntil(lambda: dialog.geometry().bottom() <= area.bottom())
    assert dialog.close_button.mapToGlobal(dialog.close_button.rect().bottomLeft()).y() <= area.bottom()

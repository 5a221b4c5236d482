"""Pictures of the views in each of their states: ``python -m tests.views.gallery build/pictures``.

Each is drawn light and dark; QT_SCALE_FACTOR=2 gives the sharp ones. A second argument keeps to names that hold it.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from desktop.engine.messages import ConversationInfo
from desktop.views.keys_dialog import KeysDialog, KeyStatus
from desktop.views.local_server_dialog import LocalServer, LocalServerDialog
from desktop.views.main_window import MainWindow
from tests.views.drawing import main

NOW = datetime(2026, 11, 12, 14, 0, tzinfo=UTC)


def conversations() -> list[ConversationInfo]:
    """Conversations of all ages, with all marks."""
    titles = [
        ("Deadlines in the notes", 0, {"waiting": True}),
        ("Compare the two lease offers & their notice periods", 1, {"running": True}),
        ("Why is the build slow on Tuesdays", 3, {}),
        ("Something private", 4, {"off_record": True, "running": True}),
        ("会議の議事録を要約して", 26, {}),
        ("<b>Markup</b> & ampersands stay literal", 30, {}),
        ("Weekend in Ghent", 75, {}),
        ("Rename 240 photos by date", 100, {}),
        ("Quarterly figures", 900, {}),
        ("Sourdough, third attempt", 1200, {}),
    ]
    return [
        ConversationInfo(id=str(n), title=t, updated_at=NOW - timedelta(hours=h), workspace="/home/ada", **marks)
        for n, (t, h, marks) in enumerate(titles)
    ]


def window(width: int = 1280, height: int = 800) -> MainWindow:
    """A window as it stands between two messages."""
    result = MainWindow()
    result.furnish()
    result.resize(width, height)
    result.conversations.show_conversations(conversations(), NOW.date())
    result.conversations.select("0")
    result.set_title("Deadlines in the notes")
    result.set_roles(["chat", "coder", "research"], "chat")
    result.set_models("Gemini 3.8 Flash", "Claude Sonnet 5.5", "chat: Claude Sonnet 5.5, gathered by Gemini 3.8 Flash")
    result.set_workspace("/home/ada/Documents/Cortex")
    result.set_status("Ready")
    result.set_totals("18,240 tokens · $0.031")
    return result


def at_rest() -> QWidget:
    return window()


def empty_conversation() -> QWidget:
    result = window()
    result.show_start_page(True)
    return result


def first_start() -> QWidget:
    result = window()
    result.conversations.show_conversations([])
    result.set_title("")
    result.set_models("", "", "")
    result.set_status("No model yet")
    result.set_totals("")
    result.show_start_page(True, first_start=True)
    return result


def gathering() -> QWidget:
    result = window()
    result.set_running(True)
    result.set_elapsed(4.2)
    result.set_status("Gathering · round 2 of 8 · 3 calls · 4.2 s")
    result.composer.set_text("and then, while that works, I already write the next message")
    return result


def failed() -> QWidget:
    result = window()
    result.set_notice(
        "Claude is overloaded. The evidence is kept: only the answer is missing.", "Write again", "danger"
    )
    result.set_status("Failed")
    return result


def no_keyring() -> QWidget:
    result = window()
    result.set_notice("No keyring was found: keys are kept for this session only.", "API keys", "warning")
    return result


def base_url() -> QWidget:
    result = window(900, 600)
    result.set_notice("ANTHROPIC_BASE_URL is in force: Claude is asked at http://127.0.0.1:8123.")
    return result


def off_record() -> QWidget:
    result = window()
    result.set_off_record(True)
    result.panes.toggle("debug")
    return result


def long_draft() -> QWidget:
    result = window(900, 600)
    result.composer.set_text("\n".join(f"Line {n} of a long message" for n in range(40)))
    return result


def narrow() -> QWidget:
    return window(640, 480)


def wide() -> QWidget:
    return window(2560, 1200)


def buttons_focused() -> QWidget:
    result = window(1000, 640)
    result.show()
    result.top_bar.tools_button.setFocus(Qt.FocusReason.TabFocusReason)
    result.conversations.search.setText("the")
    return result


def list_focused() -> QWidget:
    result = empty_conversation()
    result.show()
    result.conversations.view.setFocus(Qt.FocusReason.TabFocusReason)  # type: ignore[attr-defined]
    return result


def keys() -> QWidget:
    result = KeysDialog()
    result.show_status(_statuses())
    return result


def keys_without_keyring() -> QWidget:
    result = KeysDialog()
    result.show_status(_statuses(), keyring="none")
    result.rows["openai"].field.setText("not a key")
    return result


def keys_further() -> QWidget:
    result = KeysDialog()
    first, *others = _statuses()
    result.show_status([first, KeyStatus("gemini/work", "Google Gemini, work", "keyring"), *others])
    result.show_result("gemini/work", "The key works: Google Gemini listed 42 models in 0.4 s.", works=True)
    result.show_result(
        "anthropic",
        "Anthropic Claude refused the API key (401, authentication_error). Enter a valid key under API keys, and check"
        " that it may use this model.",
        works=False,
    )
    return result


def keys_locked() -> QWidget:
    result = KeysDialog()
    locked = [KeyStatus(each.provider, each.label, "locked") for each in _statuses()]
    result.show_status(locked, keyring="locked")
    return result


def _statuses() -> list[KeyStatus]:
    return [
        KeyStatus("gemini", "Google Gemini", "environment", "GEMINI_API_KEY"),
        KeyStatus("anthropic", "Anthropic", "keyring"),
        KeyStatus("openai", "OpenAI", "none"),
    ]


def servers_found() -> QWidget:
    result = LocalServerDialog()
    ollama = LocalServer("Ollama at localhost:11434", "http://localhost:11434/v1", ("qwen3:8b", "llama3.3:70b"))
    result.show_servers([ollama, LocalServer("LM Studio at localhost:1234", "http://localhost:1234/v1", ("gemma-3",))])
    return result


def servers_none() -> QWidget:
    result = LocalServerDialog()
    result.show_servers([])
    return result


def servers_searching() -> QWidget:
    return LocalServerDialog()


STATES: tuple[Callable[[], QWidget], ...] = (
    at_rest,
    empty_conversation,
    first_start,
    gathering,
    failed,
    no_keyring,
    base_url,
    off_record,
    long_draft,
    narrow,
    wide,
    buttons_focused,
    list_focused,
    keys,
    keys_without_keyring,
    keys_further,
    keys_locked,
    servers_found,
    servers_none,
    servers_searching,
)


if __name__ == "__main__":
    main({state.__name__: state for state in STATES})

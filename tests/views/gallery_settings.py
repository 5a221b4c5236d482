"""Pictures of the settings: ``python -m tests.views.gallery_settings OUTDIR``, drawn as the other galleries are."""

import os
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget

from desktop.form_fields import MODEL_FIELDS, ROLE_FIELDS, general_fields, key_choices
from desktop.forms import general_values, model_values, read_model, role_values
from desktop.settings import ModelRow, RoleRow, Settings
from desktop.settings_rows import DEFAULT_MODELS, DEFAULT_ROLES
from desktop.views import theme
from desktop.views.rows_page import PageRow
from desktop.views.settings_dialog import GENERAL, MODELS, ROLES, SettingsDialog
from tests.views import gallery

_LOCAL = ModelRow(
    name="qwen3:8b",
    provider="openai-compatible",
    label="Qwen 3 at home",
    host="http://localhost:11434/v1",
    context_tokens=8192,
)
_ROLE = RoleRow(
    name="poet",
    responder="claude-opus-5-5",
    responder_fallbacks=("claude-haiku-5-5", "qwen3:8b"),
    tools=("read_file", "find_notes"),
    persona="poet.md",
)


def dialog(page: str) -> SettingsDialog:
    """The dialog on a page, as it is with a model and a role of the person's own."""
    result = SettingsDialog(general_fields(), MODEL_FIELDS, ROLE_FIELDS)
    choices = [(row.name, row.label) for row in (*DEFAULT_MODELS, _LOCAL)]
    for name in ("models.orchestrator", "models.responder"):
        result.general.offer(name, choices)
    result.general.offer("run.role", [(row.name, row.name) for row in DEFAULT_ROLES])
    for name in ("orchestrator", "responder"):
        result.roles.form.offer(name, [("", "As in General"), *choices])
    for name in ("orchestrator_fallbacks", "responder_fallbacks"):
        result.roles.form.offer(name, choices)
    result.models.form.offer("key", key_choices(["gemini/work", "openai/work", "openai/lab"]))
    result.show_general(general_values(Settings(Path("settings.toml"))))
    models = [*DEFAULT_MODELS, _LOCAL]
    result.models.show_rows(
        [PageRow(row.name, row.label, model_values(row), row is _LOCAL, row is not _LOCAL) for row in models],
        _LOCAL.name,
    )
    roles = [*DEFAULT_ROLES, _ROLE]
    result.roles.show_rows(
        [PageRow(row.name, row.name, role_values(row), row is _ROLE, row is not _ROLE) for row in roles], _ROLE.name
    )
    result.show_page(page)
    return result


def general() -> QWidget:
    return dialog(GENERAL)


def models() -> QWidget:
    result = dialog(MODELS)
    result.models.say("Qwen 3 at home at localhost:11434 works; it answered in 0.8 s.")
    return result


def model_with_problems() -> QWidget:
    result = dialog(MODELS)
    values = {**model_values(_LOCAL), "host": "localhost", "options": "{", "context_tokens": "many"}
    result.models.form.show_values(values)
    result.models.form.show_problems(read_model(values)[1])
    result.models.say("The server could not be reached. Check the address, and whether the server runs.", "danger")
    return result


def roles() -> QWidget:
    return dialog(ROLES)


def top_bar() -> QWidget:
    return gallery.window(1000, 500)


STATES = {each.__name__: each for each in (general, models, model_with_problems, roles, top_bar)}


def main() -> None:
    """Draw all, light and dark."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication([])
    scale = os.environ.get("QT_SCALE_FACTOR", "1")
    for scheme in ("light", "dark"):
        theme.apply(application, scheme)
        for name, make in STATES.items():
            widget = make()
            widget.show()
            application.processEvents()
            application.processEvents()
            widget.grab().save(str(folder / f"settings-{name}-{scheme}-{scale}x.png"))
            widget.close()


if __name__ == "__main__":
    main()

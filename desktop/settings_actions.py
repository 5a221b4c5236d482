"""The settings dialog at work: general settings, models and roles are read, checked, saved and tried."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from PySide6.QtWidgets import QApplication

from desktop.assembly import model_entry
from desktop.engine.errors import EngineError
from desktop.engine.models.address import host_of
from desktop.engine.models.registry import ModelEntry
from desktop.form_fields import MODEL_FIELDS, ROLE_FIELDS, general_fields, key_choices, model_choices
from desktop.forms import (
    general_values,
    model_values,
    new_role_values,
    read_general,
    read_model,
    read_role,
    role_values,
)
from desktop.settings import ModelRow, RoleRow, Settings
from desktop.settings_rows import DEFAULT_MODELS, DEFAULT_ROLES
from desktop.views import theme
from desktop.views.local_server_dialog import NOTHING_FOUND
from desktop.views.notice_bar import NoticeKind
from desktop.views.rows_page import PageRow
from desktop.views.settings_dialog import GENERAL, MODELS, SettingsDialog
from desktop.window_actions import Desk, WindowActions

_Values = Mapping[str, str]
_R = TypeVar("_R", ModelRow, RoleRow)


class SettingsActions(WindowActions):
    """Wires the settings dialog to the settings and the engine.

    Args:
        desk: The window and what stands behind it.
        changed: Called when models or roles are others than before.
    """

    def __init__(self, desk: Desk, changed: Callable[[], None]) -> None:
        super().__init__(desk)
        self._changed = changed
        self._made: SettingsDialog | None = None
        window = desk.window
        self._asking: asyncio.Task[None] | None = None
        window.settings_requested.connect(lambda: self._begin(GENERAL))
        window.top_bar.model_menu.settings_requested.connect(lambda: self._begin(MODELS))

    @property
    def _dialog(self) -> SettingsDialog:
        if self._made is None:
            self._made = self._make()
        return self._made

    def _make(self) -> SettingsDialog:
        dialog = SettingsDialog(general_fields(), MODEL_FIELDS, ROLE_FIELDS, self._window)
        dialog.general_saved.connect(lambda values: self._do(self._save_general(values)))
        dialog.models.saved.connect(lambda name, values: self._do(self._save_model(name, values)))
        dialog.models.removed.connect(lambda name: self._do(self._remove_model(name)))
        dialog.models.action_requested.connect(self._begin_asking)
        dialog.models.action_cancelled.connect(self._stop_asking)
        dialog.finished.connect(lambda _result: self._stop_asking())
        dialog.roles.saved.connect(lambda name, values: self._do(self._save_role(name, values)))
        dialog.roles.removed.connect(lambda name: self._do(self._remove_role(name)))
        dialog.roles.new_values = new_role_values()
        dialog.tools_requested.connect(lambda: self._leave_for(self._window.tools_settings_requested.emit))
        dialog.keys_requested.connect(lambda: self._leave_for(self._window.keys_requested.emit))
        return dialog

    def _leave_for(self, other: Callable[[], None]) -> None:
        self._dialog.reject()
        other()

    def _begin(self, page: str) -> None:
        """Open the dialog at once, before anything else that was typed is looked at."""
        if self._holder.current is not None:
            self._dialog.show_page(page)
            self._dialog.open()
            self._show()
        else:
            self._do(self._open(page))

    async def _open(self, page: str) -> None:
        await self._holder.opened()
        self._begin(page)

    def _show(self, model: str = "", role: str = "") -> None:
        """Show what is in force."""
        dialog, registry = self._dialog, self._holder.registry
        models = model_choices(registry.models)
        dialog.models.form.offer("key", key_choices(self._settings.further_keys))
        for seat in ("orchestrator_fallbacks", "responder_fallbacks"):
            dialog.roles.form.offer(seat, models)
        for form, names in (
            (dialog.general, (Settings.orchestrator.key, Settings.responder.key)),
            (dialog.roles.form, ("orchestrator", "responder")),
        ):
            for name in names:
                form.offer(name, models if form is dialog.general else [("", "As in General"), *models])
        dialog.general.offer(Settings.role.key, [(row.name, row.name) for row in self._settings.roles])
        dialog.show_general(general_values(self._settings))
        dialog.models.show_rows([_model_row(row) for row in self._settings.models], model)
        dialog.roles.show_rows([_role_row(row) for row in self._settings.roles], role)

    # General.

    async def _save_general(self, values: _Values) -> None:
        read, problems = read_general(values)
        self._dialog.general.show_problems(problems)
        if problems:
            return
        scheme = self._settings.color_scheme
        for setting in Settings.declared():
            self._settings.set(setting, read[setting.key])
        if self._settings.color_scheme != scheme:
            application = cast(QApplication, QApplication.instance())
            theme.apply(application, cast(theme.Scheme, self._settings.color_scheme))
        self._changed()
        self._dialog.general.show_values(general_values(self._settings))
        self._show()
        self._dialog.general_notice.show_notice(await self._saved(), kind="info")

    async def _saved(self) -> str:
        """Write the settings; what to say of it."""
        problem = await self._save_settings()
        return f"It holds until the program ends, and could not be saved: {problem}" if problem else "Saved."

    # Models.

    async def _save_model(self, before: str, values: _Values) -> None:
        page = self._dialog.models
        rows = list(self._settings.models)
        taken = [each.name for each in rows if each.name != before]
        row, problems = read_model(values, taken, self._settings.further_keys)
        page.form.show_problems(problems)
        if row is None:
            return
        self._settings.set_models(_replaced(rows, before, row))
        if before and before != row.name:
            self._rename_model(before, row.name)
        await self._take_models(row.name)

    async def _remove_model(self, name: str) -> None:
        rows = self._settings.models
        left = [row for row in rows if row.name != name]
        built_in = [row for row in DEFAULT_MODELS if row.name == name]
        if not built_in and (users := self._users_of(name)):
            self._dialog.models.say(f"It is in use: {', '.join(users)}. Choose another model there first.", "warning")
            return
        self._settings.set_models([*left, *built_in])
        await self._take_models(name if built_in else "")

    async def _take_models(self, current: str) -> None:
        self._changed()
        words = await self._saved()
        self._show(model=current)
        self._dialog.models.say(words)

    def _users_of(self, name: str) -> list[str]:
        settings = self._settings
        users = [
            f"the role {row.name}"
            for row in settings.roles
            if name in (row.orchestrator, row.responder, *row.orchestrator_fallbacks, *row.responder_fallbacks)
        ]
        return users + (["General"] if name in (settings.orchestrator, settings.responder) else [])

    def _rename_model(self, before: str, name: str) -> None:
        """Let roles and settings that name a model follow its new name."""

        def follow(value: Any) -> Any:
            if isinstance(value, tuple):
                return tuple(name if each == before else each for each in value)
            return name if value == before else value

        fields = ("orchestrator", "responder", "orchestrator_fallbacks", "responder_fallbacks", "fallbacks")
        self._settings.set_roles(
            [
                row.model_copy(update={field: follow(getattr(row, field)) for field in fields})
                for row in self._settings.roles
            ]
        )
        self._settings.orchestrator = follow(self._settings.orchestrator)
        self._settings.responder = follow(self._settings.responder)

    def _begin_asking(self, key: str, values: _Values) -> None:
        self._stop_asking()
        self._asking = self._do(self._find_servers() if key == "find" else self._ask_model(key, values))

    def _stop_asking(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            self._asking = None

    async def _ask_model(self, key: str, values: _Values) -> None:
        """Try the model of the form, or list its provider's; nothing is saved for it."""
        page = self._dialog.models
        listing = key == "list"
        row, problems = read_model({**values, "model": values.get("model") or "any"} if listing else values)
        page.form.show_problems(problems)
        if row is None:
            return
        entry = model_entry(row)
        where = self._holder.engine.connector.info(entry).host or "the provider"
        page.set_busy(f"Asking {where} …")
        kind: NoticeKind = "info"
        try:
            words = await (self._list(entry) if listing else self._test(entry))
        except EngineError as error:
            words, kind = f"{error} {error.action}".strip(), "danger"
        finally:
            page.set_busy("")
        page.say(words, kind)

    async def _find_servers(self) -> None:
        """Look for model servers on this machine, and offer their addresses; a form for a new model takes the first."""
        from desktop.engine.models.local_servers import find_local_servers

        page = self._dialog.models
        page.set_busy("Looking for servers on this machine …")
        try:
            found = await find_local_servers()
        finally:
            page.set_busy("")
        if not found:
            page.say(NOTHING_FOUND, "warning")
            return
        page.form.suggest("host", [server.base_url for server in found])
        values, first = page.form.values, found[0]
        if not values["host"] and not values["model"]:
            page.form.change_values({**values, "provider": "openai-compatible", "host": first.base_url})
            page.form.suggest("model", first.models)
        listed = ", ".join(f"{server.label} at {host_of(server.base_url)}" for server in found)
        page.say(f"Found {listed}: choose under Address, then list its models.")

    async def _list(self, entry: ModelEntry) -> str:
        from desktop.engine.models.probing import list_models

        named = entry.model_copy(update={"label": entry.base_url or "The provider"})
        names = await list_models(self._holder.engine.connector, named)
        self._dialog.models.form.suggest("model", names)
        count = len(names)
        return f"{count:,} model{'' if count == 1 else 's'}: choose under Model." if count else "It has no model."

    async def _test(self, entry: ModelEntry) -> str:
        from desktop.engine.models.probing import try_model

        connector = self._holder.engine.connector
        model = await connector.connect(entry)
        began = time.monotonic()
        await try_model(model)
        return f"{entry.label} at {model.info.host} works; it answered in {time.monotonic() - began:.1f} s."

    # Roles.

    async def _save_role(self, before: str, values: _Values) -> None:
        page = self._dialog.roles
        rows = list(self._settings.roles)
        registry, toolbox = self._holder.registry, self._session.runner.toolbox
        row, problems = read_role(
            values,
            before=next((each for each in rows if each.name == before), None),
            taken=[each.name for each in rows if each.name != before],
            models=list(registry.models),
            tools=list(toolbox.names),
        )
        page.form.show_problems(problems)
        if row is None:
            return
        self._settings.set_roles(_replaced(rows, before, row))
        if before and self._settings.role == before:
            self._settings.role = row.name
        await self._take_roles(row.name)

    async def _remove_role(self, name: str) -> None:
        left = [row for row in self._settings.roles if row.name != name]
        built_in = [row for row in DEFAULT_ROLES if row.name == name]
        self._settings.set_roles([*left, *built_in])
        if self._settings.role == name and not built_in:
            self._settings.role = Settings.role.default
        await self._take_roles(name if built_in else "")

    async def _take_roles(self, current: str) -> None:
        self._changed()
        words = await self._saved()
        self._show(role=current)
        self._dialog.roles.say(words)


def _replaced(rows: list[_R], before: str, row: _R) -> list[_R]:
    """The rows with one in the place of the one of a name, or behind all."""
    if any(each.name == before for each in rows):
        return [row if each.name == before else each for each in rows]
    return rows + [row]  # noqa: RUF005 - mypy knows no type of the other spelling


def _model_row(row: ModelRow) -> PageRow:
    built_in = {each.name: each for each in DEFAULT_MODELS}
    return PageRow(
        row.name, row.label or row.name, model_values(row), built_in.get(row.name) != row, row.name in built_in
    )


def _role_row(row: RoleRow) -> PageRow:
    built_in = {each.name: each for each in DEFAULT_ROLES}
    return PageRow(row.name, row.name, role_values(row), built_in.get(row.name) != row, row.name in built_in)

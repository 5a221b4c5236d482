"""The settings, declared once: the file, the dialog and the program all read these declarations."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from desktop.engine.gate import Access, Policy
from desktop.engine.models.registry import KEY_NAMES
from desktop.setting import Setting
from desktop.settings_file import Problem, Rows, SettingsDamaged, TomlFile
from desktop.settings_rows import (
    DEFAULT_MODELS,
    DEFAULT_ROLES,
    KeyRow,
    ModelRow,
    RoleRow,
    Row,
    read_policies,
    read_rows,
)

_T = TypeVar("_T")
_R = TypeVar("_R", bound=Row)


class Settings:
    """What the person chose. Each setting is an attribute; its declaration is the class's attribute of that name.

    ``settings.max_rounds`` reads, ``settings.max_rounds = 5`` sets, checks and tells the listeners; `save` writes.
    Not for several threads: read and set on one, and let only `save` run on another.
    """

    color_scheme = Setting(
        "appearance.color_scheme",
        "system",
        label="Colours",
        help="Light or dark window; by default as the system is.",
        choices={"system": "As the system", "light": "Light", "dark": "Dark"},
    )
    max_rounds = Setting(
        "run.max_rounds",
        8,
        label="Rounds at most",
        help="How often the orchestrator may call tools before it must sum up. A role can have less, never more.",
        unit="rounds",
        minimum=1,
        maximum=100,
    )
    history_budget_tokens = Setting(
        "run.history_budget_tokens",
        24_000,
        label="History",
        help="How much of the conversation the orchestrator sees, newest first.",
        unit="tokens",
        minimum=500,
        maximum=2_000_000,
    )
    evidence_budget_tokens = Setting(
        "run.evidence_budget_tokens",
        24_000,
        label="Evidence",
        help="How much of what the tools found the responder sees. The whole stays in the conversation.",
        unit="tokens",
        minimum=500,
        maximum=2_000_000,
    )
    budget_run_usd = Setting(
        "budget.run_usd",
        0.0,
        label="Budget of a run",
        help="A run stops before the model call that would go past it, and asks. 0 for no limit.",
        unit="US dollars",
        minimum=0,
        maximum=100_000,
    )
    budget_day_usd = Setting(
        "budget.day_usd",
        0.0,
        label="Budget of a day",
        help="Of all runs of a day together. 0 for no limit.",
        unit="US dollars",
        minimum=0,
        maximum=100_000,
    )
    attachment_budget_tokens = Setting(
        "run.attachment_budget_tokens",
        64_000,
        label="Attached files",
        help="How much of the files of earlier messages is sent again, newest first. All of them stay named.",
        unit="tokens",
        minimum=0,
        maximum=2_000_000,
    )
    paste_limit_characters = Setting(
        "compose.paste_limit_characters",
        4_000,
        label="Long pastes",
        help="A pasted text of more characters becomes an attached file; one of more lines, too.",
        unit="characters",
        minimum=200,
        maximum=1_000_000,
    )
    paste_limit_lines = Setting(
        "compose.paste_limit_lines",
        100,
        label="Long pastes, lines",
        help="A pasted text of more lines becomes an attached file.",
        unit="lines",
        minimum=5,
        maximum=100_000,
    )
    tools_enabled = Setting(
        "run.tools_enabled",
        True,
        label="Use tools",
        help="Off: the responder answers alone, and no tool runs.",
    )
    access = Setting(
        "run.access",
        Access.ADMIN,
        label="Tool access",
        help="Which tools may run at all. A role can lower it.",
        choices={Access.ADMIN: "All tools", Access.USER: "No commands"},
        when_wrong=Access.USER,
    )
    demo = Setting(
        "run.demo",
        False,
        label="Offline demonstration",
        help="Use the two small rule-based models inside the program. They need no key and no network.",
    )
    make_titles = Setting(
        "conversations.make_titles",
        True,
        label="Make titles",
        help="After the first answer the responder's model makes a short title, with one more request.",
    )
    role = Setting(
        "run.role",
        "chat",
        label="Role",
        help="The role of a new conversation.",
    )
    orchestrator = Setting(
        "models.orchestrator",
        "gemini-3.8-flash",
        label="Orchestrator",
        help="The model that gathers with tools, where the role names none.",
    )
    responder = Setting(
        "models.responder",
        "claude-sonnet-5-5",
        label="Responder",
        help="The model that writes the answer, where the role names none.",
    )
    workspace_folder = Setting(
        "workspace.folder",
        "",
        label="Workspace",
        help="The folder of a new conversation; empty for the folder Cortex among your documents.",
    )
    local_server_url = Setting(
        "local_server.url",
        "",
        label="Local server",
        help="Address of an OpenAI-compatible server, for example http://localhost:11434/v1; empty for none.",
    )
    local_server_model = Setting(
        "local_server.model",
        "",
        label="Local model",
        help="The model that the local server is asked for; empty for its first one.",
    )

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = TomlFile(path)
        self._values: dict[str, Any] = {}
        self._overrides: dict[str, Any] = {}
        self._models: tuple[ModelRow, ...] = ()
        self._roles: tuple[RoleRow, ...] = ()
        self._policies: dict[str, Policy] = {}
        self._keys: tuple[KeyRow, ...] = ()
        self._named: dict[str, set[str]] = {"model": set(), "role": set(), "key": set()}
        self._listeners: list[Callable[[str], None]] = []

    @classmethod
    def load(cls, path: Path) -> "tuple[Settings, list[Problem]]":
        """Read the file. Whatever in it cannot be used counts as not there and is named; the file is not touched.

        Args:
            path: The file; a missing one means defaults.

        Returns:
            The settings, and what is wrong with the file, in its order.
        """
        settings = cls(path)
        data, problems = settings._file.read()
        known = {setting.key: setting for setting in cls.declared()}
        for key, value in settings._file.scalars(data):
            setting = known.get(key)
            if setting is None:
                problems.append(settings._file.unknown(key))
                continue
            try:
                settings._values[key] = setting.check(value)
            except ValueError as error:
                settings._values[key] = setting.when_wrong
                message = f"{error} Until then it is {setting.written(setting.when_wrong)}."
                problems.append(settings._file.problem(key, message))
        settings._models = read_rows(settings._file, data, "model", ModelRow, problems)
        settings._roles = read_rows(settings._file, data, "role", RoleRow, problems)
        settings._keys = read_rows(settings._file, data, "key", KeyRow, problems)
        settings._policies = read_policies(settings._file, data, problems)
        return settings, sorted(problems, key=lambda problem: problem.line or 0)

    @classmethod
    def declared(cls) -> "Sequence[Setting[Any]]":
        """All declarations, in the order of the dialog."""
        return [setting for setting in vars(cls).values() if isinstance(setting, Setting)]

    def get(self, setting: Setting[_T]) -> _T:
        """The value in force."""
        value: _T = self._overrides.get(setting.key, self._values.get(setting.key, setting.default))
        return value

    def set(self, setting: Setting[_T], value: _T) -> None:
        """Change a value; `save` writes it.

        Raises:
            ValueError: The value does not fit; says in words what would.
        """
        value = setting.check(value)
        self._overrides.pop(setting.key, None)
        if value == self.get(setting):
            return
        self._values[setting.key] = value
        self._file.change(setting.key, str(value) if isinstance(value, str) else value)
        self._tell(setting.key)

    def override(self, setting: Setting[_T], value: _T) -> None:
        """Put a value in force for this start only, as the command line does: it is never written. `set` ends it.

        Raises:
            ValueError: The value does not fit; says in words what would.
        """
        self._overrides[setting.key] = setting.check(value)

    @property
    def models(self) -> Sequence[ModelRow]:
        """The registry of models: the file's, and the built-in ones that it does not replace."""
        return _merged(self._models, DEFAULT_MODELS)

    @property
    def roles(self) -> Sequence[RoleRow]:
        """The roles: the file's, and the built-in ones that it does not replace."""
        return _merged(self._roles, DEFAULT_ROLES)

    @property
    def added_keys(self) -> Sequence[str]:
        """Names of the keys that were added beside the providers' default ones."""
        return tuple(row.name for row in self._keys)

    @property
    def further_keys(self) -> Sequence[str]:
        """Names of the keys beside the providers' default ones: those that were added, and those that are named."""
        of_models = (f"{KEY_NAMES[row.provider]}/{row.key}" for row in self.models if row.key)
        of_roles = (name for row in self.roles for name in row.keys)
        return tuple(dict.fromkeys((*self.added_keys, *of_models, *of_roles)))

    @property
    def policies(self) -> Mapping[str, Policy]:
        """The person's policy by exact tool name; a missing one falls to the tool's default."""
        return dict(self._policies)

    def set_models(self, rows: Sequence[ModelRow]) -> None:
        """Replace the registry; rows equal to a built-in one are not written."""
        self._named["model"] |= {row.name for row in self._models}
        self._models = tuple(row for row in rows if row not in DEFAULT_MODELS)
        self._file.change("model", Rows([row.as_toml() for row in self._models], frozenset(self._named["model"])))
        self._tell("model")

    def set_roles(self, rows: Sequence[RoleRow]) -> None:
        """Replace the roles; rows equal to a built-in one are not written."""
        self._named["role"] |= {row.name for row in self._roles}
        self._roles = tuple(row for row in rows if row not in DEFAULT_ROLES)
        self._file.change("role", Rows([row.as_toml() for row in self._roles], frozenset(self._named["role"])))
        self._tell("role")

    def set_further_keys(self, names: Sequence[str]) -> None:
        """Remember which further keys there are: their names, never the keys."""
        self._named["key"] |= {row.name for row in self._keys}
        self._keys = tuple(KeyRow(name=name) for name in names)
        self._file.change("key", Rows([row.as_toml() for row in self._keys], frozenset(self._named["key"])))
        self._tell("key")

    def set_policy(self, tool: str, policy: Policy | None) -> None:
        """Set the policy of a tool; None for its default."""
        if policy is None:
            self._policies.pop(tool, None)
        else:
            self._policies[tool] = policy
        self._file.change(("policy", tool), None if policy is None else str(policy))
        self._tell("policy")

    def listen(self, listener: Callable[[str], None]) -> Callable[[], None]:
        """Call a function with the key of each setting that changes from now on.

        Returns:
            A function that ends it.
        """
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def save(self) -> None:
        """Write what was changed into the file as it is now: comments, order and unknown keys stay.

        It reads, writes and syncs, so call it off the GUI's thread.

        Raises:
            SettingsDamaged: The file is no longer TOML; it is left as it is, and the changes hold for this session.
            OSError: The file cannot be written.
        """
        self._file.save()

    def _tell(self, key: str) -> None:
        for listener in list(self._listeners):
            listener(key)


def _merged(own: Sequence[_R], built_in: Sequence[_R]) -> tuple[_R, ...]:
    return tuple({row.name: row for row in (*built_in, *own)}.values())


__all__ = ["ModelRow", "Problem", "RoleRow", "Setting", "Settings", "SettingsDamaged"]

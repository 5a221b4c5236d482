"""Where things lie: the platform's folders for settings, data, logs and caches (the XDG variables move them)."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from platformdirs import PlatformDirs

from desktop.files import make_private_folder

APP_NAME = "cortex-desktop"


@dataclass(frozen=True, slots=True)
class Paths:
    """The program's folders.

    Attributes:
        config: What the person edits: settings and persona.
        data: The database.
        state: Logs and the window's shape.
        cache: What can be lost without harm.
        documents: The person's documents; the default workspace is made there.
    """

    config: Path
    data: Path
    state: Path
    cache: Path
    documents: Path

    @classmethod
    def of_system(cls) -> Self:
        """The folders that this platform and its environment name now. Makes nothing."""
        folders = PlatformDirs(APP_NAME, appauthor=False, roaming=False)
        return cls(
            config=folders.user_config_path,
            data=folders.user_data_path,
            state=folders.user_state_path,
            cache=folders.user_cache_path,
            documents=folders.user_documents_path,
        )

    @property
    def settings_file(self) -> Path:
        """The settings: TOML, edited by hand too."""
        return self.config / "settings.toml"

    @property
    def persona(self) -> Path:
        """The folder of the persona texts."""
        return self.config / "persona"

    @property
    def database(self) -> Path:
        """The database of conversations."""
        return self.data / "cortex.sqlite3"

    @property
    def log_file(self) -> Path:
        """The newest log; older ones lie beside it, with .1, .2 and so on at their end."""
        return self.state / "cortex-desktop.log"

    @property
    def window_file(self) -> Path:
        """The window's size, panes and last conversation."""
        return self.state / "window.json"

    @property
    def window_address(self) -> str:
        """Where the open window listens for a second start: a socket's path, on Windows the name of a pipe."""
        if os.name == "posix":
            return str(self.state / "window.socket")
        import getpass  # here: the first paint does without it

        return f"{APP_NAME}-{getpass.getuser()}"

    @property
    def workspace(self) -> Path:
        """The default workspace; `make_workspace` makes it."""
        return self.documents / "Cortex"

    def make(self) -> None:
        """Make the program's own folders, private to the person. The documents are left alone.

        Raises:
            OSError: A folder cannot be made.
        """
        for folder in (self.config, self.data, self.state, self.cache):
            make_private_folder(folder)

    def make_workspace(self) -> Path:
        """Make the default workspace at its first use.

        Returns:
            The folder, with its links resolved.

        Raises:
            OSError: The folder cannot be made.
        """
        self.workspace.mkdir(parents=True, exist_ok=True)
        return self.workspace.resolve()

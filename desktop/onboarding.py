"""Where the models come from: API keys, a local server, or the offline demo; and what the window says of it."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from desktop.controller import Controller
from desktop.engine.errors import EngineError
from desktop.key_actions import KeyActions
from desktop.secrets import KeyStore, Provider
from desktop.views.keys_dialog import TRY_AGAIN, WAITING_KEYRING
from desktop.views.local_server_dialog import LocalServer, LocalServerDialog
from desktop.views.notice_bar import Notice, NoticeKind
from desktop.window_actions import WindowActions

_ADD_KEYS = "Add API keys"
_MOST_FAULTS = 3


class Onboarding(WindowActions):
    """Leads to a program that can answer.

    Args:
        keys: The API keys.
        controller: Told when models change; its desk is the window's.
    """

    def __init__(self, keys: KeyStore, controller: Controller) -> None:
        super().__init__(controller.desk)
        window = self._window
        self._keys = keys
        self._controller = controller
        self._redirections: dict[str, str] = {}
        self._key_actions = KeyActions(controller.desk, keys, self._key_saved, self._say_anew)
        self._faults = ""
        self._servers = LocalServerDialog(window)
        self._said_before = Notice()
        keys.thread.on_waiting = self._tell_waiting
        keys.thread.on_late_answer = self._hear_late_answer
        window.start_page.local_server_chosen.connect(lambda: self._do(self._open_servers()))
        window.start_page.demo_chosen.connect(lambda: self._do(self._choose_demo()))
        window.notice_action.connect(self._act_on_notice)
        self._settings.listen(self._take_setting)
        self._servers.search_requested.connect(lambda: self._do(self._search()))
        self._servers.address_entered.connect(lambda url: self._do(self._look_at(url)))
        self._servers.server_chosen.connect(lambda url, model: self._do(self._choose_server(url, model)))

    def say_faults(self, faults: Sequence[str]) -> None:
        """Say what is wrong in the settings file, now and above all else that is said of the start.

        Args:
            faults: A sentence each, with file and line.
        """
        told = list(faults[:_MOST_FAULTS])
        if len(faults) > _MOST_FAULTS:
            told.append(f"And {len(faults) - _MOST_FAULTS} more: “cortex-desktop models list” tells all.")
        self._faults = "\n".join(told)
        if told:
            self._say("", "")

    async def start(self, redirections: dict[str, str]) -> bool:
        """Find out whether there is a model to answer, and say what the person should know.

        Args:
            redirections: The environment's base addresses in force.

        Returns:
            Whether there is one; where there is none the first start's choices are for the person.
        """
        self._redirections = redirections
        if self._settings.demo:
            self._say_demo()
            return True
        said = []
        if redirections:
            listed = ", ".join(f"{variable} = {address}" for variable, address in redirections.items())
            said.append(f"Requests go elsewhere, as the environment says: {listed}.")
        has_model = bool(self._settings.local_server_url)
        if not has_model:
            has_model = await self._key_actions.has_key() or await self._needs_no_key()
            if self._keys.is_locked:
                said.append(
                    "The system's keyring is locked, so the keys in it cannot be read; keys that you add last for this"
                    " session only."
                )
            elif self._keys.keyring_problem:
                said.append(f"{self._keys.keyring_problem} Keys last for this session only.")
            elif not has_model and not self._window.start_page.is_first_start:
                said.append("There is no API key yet.")
        if said:
            asks_again = self._keys.is_locked or self._keys.is_silent
            action = TRY_AGAIN if asks_again else "" if has_model else _ADD_KEYS
            self._say(" ".join(said), action)
        return has_model

    async def _needs_no_key(self) -> bool:
        """Whether the models of the default role can be asked as they are: the person's own, on this machine, say."""
        engine = await self._holder.opened()
        registry = engine.session.runner.registry
        role = registry.default_role
        try:
            for name in (role.orchestrator, role.responder) if role.tools_enabled else (role.responder,):
                await engine.connector.key(registry.model(name))
        except EngineError:
            return False
        return True

    def _take_setting(self, _key: str) -> None:
        if self._window.start_page.is_first_start:
            self._do(self._look_again())

    async def _look_again(self) -> None:
        """The settings are others: the first start may be over."""
        if self._window.start_page.is_first_start and await self._needs_no_key():
            self._leave_first_start()

    def _say_demo(self) -> None:
        self._say("Offline demo: the models are fixed rules inside the program.", _ADD_KEYS)

    def _say(self, words: str, action: str) -> None:
        """Say something, under what is wrong in the settings file."""
        told = [words for words in (self._faults, words) if words]
        # It holds for all conversations, as long as the program does not say otherwise.
        kind: NoticeKind = "danger" if self._faults else "info"
        self._window.notice.show_notice("\n".join(told), action, kind)

    def _act_on_notice(self, action: str) -> None:
        if action == _ADD_KEYS:
            self._do(self._key_actions.open())
        elif action == TRY_AGAIN:
            self._do(self._try_keyring())

    # Keys.

    async def _try_keyring(self) -> None:
        """Let the system ask for the keyring's password once more, and say what came of it."""
        self._window.notice.show_notice(WAITING_KEYRING)
        await self._keys.try_again()
        await self._say_anew()

    def _tell_waiting(self, is_waiting: bool) -> None:
        """The keyring is long in coming: most likely the system asks for its password, and nobody has typed it yet."""
        if is_waiting:
            self._said_before = self._window.notice.notice
            self._window.notice.show_notice(WAITING_KEYRING)
        elif self._window.notice.said[0] == WAITING_KEYRING:
            self._window.notice.show_anew(self._said_before)
        self._key_actions.show_waiting(is_waiting)

    def _hear_late_answer(self) -> None:
        self._do(self._take_late_answer())

    async def _take_late_answer(self) -> None:
        """The keyring answers after it was given up: what it holds counts from now on."""
        if not self._keys.is_locked:
            await self._keys.try_again()
        await self._key_actions.look_again()
        await self._say_anew()

    async def _say_anew(self) -> None:
        """Say what holds now that the keyring was asked once more."""
        self._window.set_notice("")
        if await self.start(self._redirections):
            self._controller.take_key()
            self._leave_first_start()

    async def _key_saved(self, provider: Provider) -> None:
        if self._settings.demo and provider in (Provider.GEMINI, Provider.ANTHROPIC):
            self._settings.demo = False
            await self._models_changed()
            self._window.set_notice("")
        self._controller.take_key()
        self._leave_first_start()

    # The demo and local servers.

    async def _choose_demo(self) -> None:
        self._settings.demo = True
        await self._models_changed()
        self._say_demo()
        self._leave_first_start()

    async def _open_servers(self) -> None:
        self._servers.open()
        await self._search()

    async def _search(self) -> None:
        from desktop.engine.models.local_servers import find_local_servers

        self._servers.show_searching()
        found = await find_local_servers()
        self._servers.show_servers([LocalServer(each.label, each.base_url, each.models) for each in found])

    async def _look_at(self, url: str) -> None:
        from desktop.engine.models.local_servers import look_at_server

        self._servers.show_searching()
        found = await look_at_server(url)
        label = urlsplit(url).netloc or url
        self._servers.show_servers([LocalServer(label, found.base_url, found.models)] if found else [])

    async def _choose_server(self, url: str, model: str) -> None:
        self._settings.local_server_url = url
        self._settings.local_server_model = model
        self._settings.demo = False
        await self._models_changed()
        self._window.set_notice("")
        self._leave_first_start()

    def _leave_first_start(self) -> None:
        if self._window.start_page.is_first_start and self._window.start_page.isVisible():
            self._window.show_start_page(True)

    async def _models_changed(self) -> None:
        self._controller.take_registry()
        if problem := await self._save_settings():
            self._window.set_notice(f"The settings could not be saved: {problem}", kind="danger")

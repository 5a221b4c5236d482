"""Which conversation is open, and what stands around it: the list, drafts, the folder, the role."""

import asyncio
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from desktop.actions import Actions
from desktop.draft_keeping import DraftKeeping
from desktop.engine.events import Event, RunEndStored
from desktop.engine.messages import Brain, ConversationInfo
from desktop.engine.store.moving import move_unsent
from desktop.engine.store.store import Store
from desktop.engine.versions import Version
from desktop.engine_holder import EngineHolder
from desktop.file_choosing import ask_folder
from desktop.loading import Loaded, load_conversation
from desktop.paths import Paths
from desktop.presenter import Presenter
from desktop.reading_places import ReadingPlaces
from desktop.settings import Settings
from desktop.surroundings import chosen_role, show_models, show_roles, show_totals, writer_label
from desktop.views.main_window import MainWindow


class Conversations(QObject):
    """Opens, begins and lists conversations. Truth is the store's; here is only which one is open.

    Args:
        window: The window.
        settings: What the person chose.
        paths: Where things lie.
        holder: The engine, once it is open.
        actions: Runs what takes time.
        presenter: Shows a conversation.

    Attributes:
        open: The open conversation; None for a new one that is not stored yet.
        is_loading: Whether one is being read: events until then are in what will be shown.
        shown_run: The run that is shown of it.
        places: Where each is being read.
        versions: By message of it, which of its versions it is; where it has more than one.
        events_told: How many events the window has taken, deltas not counted.

    Signals:
        shown(object): A conversation is shown; the RunRecord of its latest run, or None.
        edit_found(Edit): The conversation that was opened has an edit that is open.
        stored_anew(): What is open has an id now, or another one.
    """

    shown = Signal(object)
    edit_found = Signal(object)
    stored_anew = Signal()

    def __init__(
        self,
        window: MainWindow,
        settings: Settings,
        paths: Paths,
        holder: EngineHolder,
        actions: Actions,
        presenter: Presenter,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._paths = paths
        self._holder = holder
        self._actions = actions
        self._presenter = presenter
        self._wanted: str | None = None
        self._making = asyncio.Lock()
        self.open: ConversationInfo | None = None
        self.is_loading = False
        self.shown_run: str | None = None
        self.versions: dict[str, Version] = {}
        self.places = ReadingPlaces()
        self._hides_answer = False
        self.events_told = 0
        self._drafts = DraftKeeping(window, self._keep_draft)
        window.draft_changed.connect(lambda text: actions.do(self._drafts.keep(self.open, text)))
        window.new_conversation_requested.connect(self.begin)
        window.conversation_chosen.connect(lambda chosen: actions.do(self.show(chosen)))
        window.hit_chosen.connect(lambda *hit: actions.do(self.show_message(*hit)))
        window.workspace_change_requested.connect(self._choose_workspace)
        window.tools_toggled.connect(lambda _on: self.show_models())
        window.role_chosen.connect(lambda name: actions.do(self._set_role(name)))
        window.top_bar.model_menu.model_chosen.connect(lambda _brain, _name: actions.do(self._set_models()))

    @property
    def workspace(self) -> Path:
        """The folder of a new conversation."""
        chosen = self._settings.workspace_folder
        return Path(chosen).expanduser() if chosen else self._paths.workspace

    @property
    def folder(self) -> str:
        """The folder of what is open."""
        return self.open.workspace if self.open is not None else str(self.workspace)

    @property
    def kept_id(self) -> str | None:
        """The id of the open conversation, where it is stored on disk."""
        return self.open.id if self.open is not None and not self.open.off_record else None

    @property
    def writer_label(self) -> str:
        """Label of the model that writes the next answer."""
        return writer_label(self._window, self._holder.registry)

    async def start(self, last_open: str | None) -> None:
        """Show the conversation that was open when the window closed, or else one that waits for the person.

        Args:
            last_open: Its id; None for none.
        """
        if self.open is None:
            self._window.set_workspace(str(self.workspace))
        self.show_roles()
        await self.show_list()
        listed = await self._holder.engine.store.conversations.all()
        waiting = next((info.id for info in listed if info.waiting), None)
        chosen = last_open if last_open in {info.id for info in listed} else waiting
        if chosen is not None and self.open is None and not self._window.composer.text:
            await self.show(chosen, unless_begun=True)
        elif last_open is not None and self.open is None:
            self._window.show_start_page(True)  # the room that was left for the conversation is not needed

    async def close(self) -> None:
        """Store what was typed and could not be stored yet, if that can be done now."""
        await self._drafts.close()

    def begin(self) -> None:
        """Show an empty conversation; it is stored with its first message or draft."""
        self._wanted = None
        self.keep_place()
        self.open = None
        self.versions = {}
        self._hides_answer = False
        window = self._window
        window.notice.leave_conversation()
        window.set_title("")
        window.composer.set_text("")
        window.conversations.select("")
        self._presenter.show_conversation([], {}, None, responder_label="", off_record=False)
        window.show_start_page(True)
        window.set_totals("")
        window.set_off_record(False)
        window.set_workspace(str(self.workspace))
        window.top_bar.model_menu.clear_choice()
        self.show_models()
        self.shown.emit(None)

    async def show(self, conversation_id: str, run_id: str = "", *, unless_begun: bool = False) -> None:
        """Show a stored conversation.

        Args:
            conversation_id: Which one.
            run_id: Of one of its runs, whose branch is to be shown; empty for the chosen one.
            unless_begun: Whether it stays out of sight where the person writes or sends something before it is read.
        """
        engine = await self._holder.opened()
        self._wanted = conversation_id
        if run_id:
            await self._store(run_id).branching.choose_run(run_id)
        self.is_loading = True
        try:
            loaded = await load_conversation(engine.session, conversation_id, lambda: self.events_told)
        finally:
            self.is_loading = False
        if unless_begun and (self.open is not None or self._window.composer.text):
            self._wanted = None
        if self._wanted == conversation_id:
            self._window.composer.set_text(self._drafts.typed_in(conversation_id, loaded.draft))
            self._show_loaded(loaded)
            if loaded.edit is not None:
                self.edit_found.emit(loaded.edit)
            await self.show_totals()

    async def refresh(self) -> None:
        """Show the open conversation anew, its branch having changed; what is being written stays."""
        if (info := self.open) is None:
            return
        self.is_loading = True
        try:
            loaded = await load_conversation(self._holder.engine.session, info.id, lambda: self.events_told)
        finally:
            self.is_loading = False
        if self.open is not None and self.open.id == info.id:
            self._show_loaded(loaded, is_same=True)

    async def follow_start(self) -> None:
        """A run of the open conversation goes on: an earlier answer, or one that was not stored, goes out of sight."""
        if (info := self.open) is not None and not self._hides_answer:
            messages = await self._store(info.id).conversations.messages(info.id)
            is_answered = bool(messages) and messages[-1].role == "assistant"
            if is_answered or not self._window.transcript.shows_last({message.id for message in messages}):
                await self.refresh()

    async def follow_end(self, run_id: str, *, has_answer: bool, failure: str = "") -> None:
        """The shown run of the open conversation ended: its answer may be one of several versions.

        Args:
            run_id: The run.
            has_answer: Whether one of its own is shown; else an earlier one comes into sight again.
            failure: What failed, in words; said in the notice where the branch then shows another run.
        """
        if (info := self.open) is None:
            return
        if self._hides_answer and not has_answer:
            await self.refresh()
            if failure and self.open is not None and self.open.id == info.id and self.shown_run != run_id:
                self._window.set_notice(failure, kind="danger")
            return
        self._hides_answer = False
        versions = await self._store(info.id).branching.versions(info.id)
        if self.open is not None and self.open.id == info.id and versions != self.versions:
            self.versions = versions
            self._window.transcript.refresh_actions()

    def follow(self, event: Event) -> None:
        """Take an event: the end of a run that could not be stored when it came is stored now."""
        if isinstance(event, RunEndStored):
            self._actions.do(self.show_list())
            if event.run_id == self.shown_run:
                self._actions.do(self.refresh())

    async def show_message(self, conversation_id: str, message_id: str, query: str) -> None:
        """Show one message of a stored conversation.

        Args:
            conversation_id: Which conversation.
            message_id: Which message of it.
            query: The words it was found by.
        """
        if self.open is None or self.open.id != conversation_id:
            await self.show(conversation_id)
        else:
            self._wanted = conversation_id  # another one that is still being read does not come in its place
        if self._wanted == conversation_id:
            self._window.transcript.show_message(message_id, query)

    def keep_place(self) -> None:
        """Keep where the open conversation is being read."""
        if self.open is not None:
            self.places.keep(self.open.id, self._window.transcript.position())

    def _show_loaded(self, loaded: Loaded, *, is_same: bool = False) -> None:
        self.keep_place()
        if self.open is None or self.open.id != loaded.info.id:
            self._window.notice.leave_conversation()
        self.open = info = loaded.info
        self.versions = loaded.versions
        self._hides_answer = loaded.hides_answer
        window = self._window
        window.conversations.select(info.id)  # before the keyboard goes on: it stays in a list that is chosen from
        window.show_start_page(not loaded.messages, is_same=is_same)
        window.set_title(info.title)
        window.set_off_record(info.off_record, changeable=not loaded.messages)
        window.set_workspace(info.workspace)
        self.show_roles()
        self._presenter.show_conversation(
            loaded.messages,
            loaded.evidence,
            loaded.run,
            loaded.briefs,
            responder_label=self.writer_label,
            off_record=info.off_record,
        )
        window.transcript.restore_position(self.places.of(info.id))
        self.shown.emit(loaded.run)

    async def show_list(self) -> None:
        """Show the list of conversations as the store has it now."""
        listed = await self.all()
        self._window.conversations.show_conversations(listed)
        if self.open is not None:
            self._window.conversations.select(self.open.id)
            title = next((info.title for info in listed if info.id == self.open.id), self.open.title)
            self._window.set_title(title)

    async def all(self) -> list[ConversationInfo]:
        """All conversations, on disk and off the record, newest first."""
        engine = await self._holder.opened()
        listed = await engine.store.conversations.all() + await engine.off_record.conversations.all()
        ended = engine.session.unkept.conversations
        listed = [info.model_copy(update={"running": False}) if info.id in ended else info for info in listed]
        return sorted(listed, key=lambda info: info.updated_at, reverse=True)

    async def stored(self) -> ConversationInfo:
        """The open conversation, stored first where it is new."""
        engine = await self._holder.opened()
        async with self._making:
            if self.open is not None:
                return self.open
            folder = self.workspace
            if folder == self._paths.workspace:
                folder = await asyncio.to_thread(self._paths.make_workspace)
            store = engine.off_record if self._window.top_bar.off_record.isChecked() else engine.store
            info = await store.conversations.create(str(folder), self.role_name)
            if models := self.chosen_models:
                await store.conversations.set_models(info.id, models)
            self.open = info.model_copy(update={"models": models})
            can_change = self._window.top_bar.off_record.isEnabled()  # not where it is stored to be sent
            self._window.set_off_record(self.open.off_record, changeable=can_change)
            self._window.set_workspace(self.open.workspace)
            self.stored_anew.emit()
            return self.open

    async def switch_record(self, off_record: bool) -> bool:
        """Take the open conversation, of which nothing was sent yet, off the record or back onto it.

        Args:
            off_record: Where it is to be; a new conversation, of which nothing is stored, is begun there later.

        Returns:
            Whether something had to move.

        Raises:
            AlreadyBegun: Something of it was sent in the meantime.
        """
        engine = await self._holder.opened()
        async with self._making:
            info = self.open
            if info is None or info.off_record == off_record:
                return False
            source, target = self._store(info.id), engine.off_record if off_record else engine.store
            moved = await move_unsent(source, target, info.id)
            if self.open is not None and self.open.id == info.id:
                self.open = moved
                await target.conversations.set_draft(moved.id, self._window.composer.text)
                self.stored_anew.emit()
        await self.show_list()
        return True

    @property
    def role_name(self) -> str:
        """The role that is chosen in the window."""
        return chosen_role(self._window, self._holder.registry).name

    @property
    def chosen_models(self) -> dict[Brain, str]:
        """The models that are chosen in the window in the place of the role's, those that have gone left out."""
        chosen = self._window.top_bar.model_menu.chosen
        known = self._holder.registry.models if self._holder.current is not None else {}
        return {Brain(brain): name for brain, name in chosen.items() if name in known}

    def show_roles(self) -> None:
        """Show the roles and models of the registry, which may have changed."""
        info = self.open
        models = info.models if info is not None and not self._settings.demo else {}
        self._window.top_bar.model_menu.setVisible(not self._settings.demo)
        show_roles(self._window, self._holder.registry, info.role if info is not None else None, models)

    def show_models(self) -> None:
        """Show who works on the next message."""
        if self._holder.current is not None:
            show_models(self._window, self._holder.registry)

    async def show_totals(self) -> None:
        """Show what the open conversation took."""
        if (info := self.open) is not None:
            show_totals(self._window, *await self._store(info.id).usage.of_conversation(info.id))

    def _store(self, some_id: str) -> Store:
        return self._holder.engine.session.store_of(some_id)

    async def _keep_draft(self, info: ConversationInfo | None, text: str) -> None:
        await self._holder.opened()
        if info is None:
            if not text.strip() or self.open is not None:
                return
            info = await self.stored()
            if self._window.composer.text != text:
                return  # it was sent, or typed on, in the meantime
        await self._store(info.id).conversations.set_draft(info.id, text)

    async def _set_role(self, name: str) -> None:
        self.show_models()
        if self.open is not None:
            await self._store(self.open.id).conversations.set_role(self.open.id, name)
            self.open = self.open.model_copy(update={"role": name})

    async def _set_models(self) -> None:
        self.show_models()
        if self.open is not None:
            models = self.chosen_models
            self.open = self.open.model_copy(update={"models": models})
            await self._store(self.open.id).conversations.set_models(self.open.id, models)

    def _choose_workspace(self) -> None:
        ask_folder(
            self._window,
            "The folder that tools may touch",
            self.folder,
            lambda folder: self._actions.do(self._set_workspace(folder)),
        )

    async def _set_workspace(self, folder: str) -> None:
        info = await self.stored()
        resolved = str(await asyncio.to_thread(lambda: Path(folder).resolve()))
        await self._store(info.id).conversations.set_workspace(info.id, resolved)
        self.open = info.model_copy(update={"workspace": resolved})
        self._window.set_workspace(resolved)

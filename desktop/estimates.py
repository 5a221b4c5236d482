"""What the next message will take at least, said before it is sent, where that is worth a word."""

from pathlib import Path

from PySide6.QtCore import QObject, QTimer

from desktop.assembly import run_options
from desktop.controller import Controller
from desktop.engine.errors import EngineError
from desktop.engine.estimating import Estimate, estimate
from desktop.settings import Settings
from desktop.views.main_window import MainWindow

LEAST_TOKENS = 20_000
"""Below this nothing is said, unless it costs `LEAST_USD`."""
LEAST_USD = 0.05
_PAUSE_MS = 600
_TELLING_CHARACTERS = 2_000


def estimate_words(found: Estimate) -> str:
    """An estimate in a few words; empty where it is too little to say.

    Args:
        found: Of the next message.
    """
    if found.input_tokens < LEAST_TOKENS and found.cost_usd < LEAST_USD:
        return ""
    tokens = f"Next message: about {round(found.input_tokens, -3):,} tokens in"
    if found.unpriced:
        return f"{tokens}, price of {' and '.join(dict.fromkeys(found.unpriced))} unknown"
    if not found.cost_usd:
        return tokens
    cost = f"${found.cost_usd:.2f}" if found.cost_usd >= 0.01 else f"${found.cost_usd:.3f}"
    return f"{tokens}, {cost} or more"


class Estimates(QObject):
    """Keeps the estimate in the window true while the person types and switches.

    Args:
        window: The window.
        settings: What the person chose.
        controller: Knows the engine, and what is open.
    """

    def __init__(self, window: MainWindow, settings: Settings, controller: Controller) -> None:
        super().__init__(window)
        self._window = window
        self._settings = settings
        self._controller = controller
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._timer.timeout.connect(lambda: controller.actions.do(self.show_now()))
        self._length = 0
        for changed in (window.tools_toggled, window.role_chosen, controller.conversations.shown):
            changed.connect(lambda *_values: self._timer.start())
        window.top_bar.model_menu.model_chosen.connect(lambda *_values: self._timer.start())
        window.draft_changed.connect(self._take_draft)

    def _take_draft(self, text: str) -> None:
        """A few words more are not worth reading the conversation again."""
        if not text or abs(len(text) - self._length) >= _TELLING_CHARACTERS:
            self._timer.start()

    async def show_now(self) -> None:
        """Estimate what stands in the composer now."""
        try:
            engine = self._controller.engine
        except RuntimeError:  # it is still opening
            self._timer.start()
            return
        text, conversations = self._window.composer.text, self._controller.conversations
        self._length = len(text)
        info = conversations.open
        if not text.strip() and info is None:
            self._window.set_estimate("")
            return
        runner = engine.session.runner
        store = engine.session.store_of(info.id) if info is not None else engine.store
        try:
            options = run_options(
                runner.registry,
                self._settings,
                role=conversations.role_name,
                root=Path(info.workspace if info is not None else conversations.workspace),
                tools_enabled=self._window.composer.tools.isChecked(),
                models=conversations.chosen_models,
            )
            found = await estimate(runner, store, info.id if info is not None else None, text, options)
        except EngineError:  # said when it is sent
            self._window.set_estimate("")
            return
        if self._window.composer.text == text and conversations.open is info:
            self._window.set_estimate(estimate_words(found))

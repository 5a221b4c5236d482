"""What the next message will take at least, said before it is sent, where that is worth a word."""

from PySide6.QtCore import QTimer

from desktop.engine.errors import EngineError, RequestTooLong
from desktop.engine.estimating import Estimate, estimate
from desktop.window_actions import Desk, WindowActions

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


class Estimates(WindowActions):
    """Keeps the estimate in the window true while the person types and switches.

    Args:
        desk: The window and what stands behind it.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        window = desk.window
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._timer.timeout.connect(lambda: self._do(self.show_now()))
        self._length = 0
        for changed in (
            window.tools_toggled,
            window.role_chosen,
            window.off_record_toggled,
            window.top_bar.model_menu.model_chosen,
            desk.conversations.shown,
            desk.attachment_bar.shown,
        ):
            changed.connect(lambda *_values: self._timer.start())
        desk.conversations.shown.connect(lambda _run: self._leave())
        window.draft_changed.connect(self._take_draft)

    def _take_draft(self, text: str) -> None:
        """A few words more are not worth reading the conversation again, but where nothing can be sent."""
        is_other = not text or abs(len(text) - self._length) >= _TELLING_CHARACTERS
        if is_other or self._desk.attachment_bar.text_problem:
            self._timer.start()

    def _leave(self) -> None:
        """Another conversation is open: what was too long is not in its composer."""
        self._desk.attachment_bar.show_text_problem("")

    async def show_now(self) -> None:
        """Estimate what stands in the composer now."""
        engine = self._holder.current
        if engine is None:  # it is still opening
            self._timer.start()
            return
        bar = self._desk.attachment_bar
        text, files = self._window.composer.text, bar.attachments
        self._length = len(text)
        info = self._conversations.open
        if not text.strip() and not files and info is None:
            self._window.set_estimate("")
            bar.show_text_problem("")
            return
        if info is not None:
            store, where, folder = engine.session.store_of(info.id), info.id, info.workspace
        else:
            is_off_record = self._window.top_bar.off_record.isChecked()
            store, where = engine.off_record if is_off_record else engine.store, None
            folder = str(self._conversations.workspace)
        words, objection = "", ""
        try:
            options = self._desk.run_options(folder)
            found = await estimate(engine.session.runner, store, where, text, options, files)
            words = estimate_words(found)
        except RequestTooLong as error:
            objection = f"{error.objection} {error.action}".strip()
        except EngineError:  # said when it is sent
            pass
        if self._window.composer.text == text and self._conversations.open is info:
            self._window.set_estimate(words)
            bar.show_text_problem(objection)

"""The person's decisions: the confirmation dialog, and the runs that go on once all their calls are decided."""

from desktop.engine.errors import BadArguments, RunBusy
from desktop.engine.events import ConfirmationRequested
from desktop.engine.gate import Decision
from desktop.engine.messages import JsonObject
from desktop.presenter import Presenter
from desktop.views.confirmation_dialog import ConfirmationDialog
from desktop.window_actions import Desk, WindowActions


class DecisionActions(WindowActions):
    """Opens the dialog, keeps what is decided there, and goes on.

    Args:
        desk: The window and what stands behind it.
        dialog: The confirmation dialog of the window.
        presenter: Puts the requests of the open conversation into the dialog.
    """

    def __init__(self, desk: Desk, dialog: ConfirmationDialog, presenter: Presenter) -> None:
        super().__init__(desk)
        self._dialog = dialog
        self._presenter = presenter
        self._has_unseen = False
        self._decided: set[str] = set()  # waiting runs with all decisions, while another run of theirs is at work
        do = self._do
        dialog.decided.connect(
            lambda run_id, call_id, decision, binding: do(self._decide(run_id, call_id, decision, binding))
        )
        dialog.edited.connect(
            lambda run_id, call_id, arguments, binding: do(self._edit(run_id, call_id, arguments, binding))
        )
        desk.window.tool_pane.review_requested.connect(lambda _call_id: self.review())

    def take(self, event: ConfirmationRequested, *, is_looked_at: bool) -> None:
        """A call of the open conversation waits: a dialog takes the keyboard from no other program.

        Args:
            event: The request.
            is_looked_at: Whether the program has the person's attention.
        """
        self._has_unseen = True
        if is_looked_at:
            self.review_unseen()

    def review(self) -> None:
        """Open the dialog where something waits in the open conversation."""
        if self._presenter.has_gates and not self._dialog.isVisible():
            self._dialog.open()

    def review_unseen(self) -> None:
        """The person looks: open the dialog of a gate that they have not seen."""
        if self._has_unseen:
            self._has_unseen = False
            self.review()

    async def review_run(self, run_id: str) -> None:
        """Open the dialog of a run, also of an earlier one of the open conversation."""
        if run_id == self._conversations.shown_run:
            self.review()
        elif gates := (await self._session.record(run_id)).gates:
            self._dialog.show_requests(gates)
            self._dialog.open()

    def take_end(self, run_id: str) -> None:
        """A run ended: those that are decided and waited for it go on."""
        for waiting in self._decided - {run_id}:
            self._do(self._resume(waiting))

    async def _decide(self, run_id: str, call_id: str, decision: Decision, binding: str) -> None:
        if await self._session.decide(run_id, call_id, decision, binding):
            await self._resume(run_id)

    async def _edit(self, run_id: str, call_id: str, arguments: JsonObject, binding: str) -> None:
        try:
            decided = await self._session.edit(run_id, call_id, arguments, binding)
        except BadArguments as error:
            self._dialog.show_edit_error(call_id, str(error))
            return
        if decided:
            await self._resume(run_id)

    async def _resume(self, run_id: str) -> None:
        """Go on with a run that is decided; where a newer run of its conversation is at work, as soon as that ends."""
        try:
            await self._session.resume(run_id)
        except RunBusy:
            if (await self._store_of(run_id).runs.get(run_id)).state != "waiting":
                self._decided.discard(run_id)  # it went on elsewhere, or has ended: there is nothing to wait for
                raise
            self._decided.add(run_id)
            self._window.set_notice(
                "The decision is kept. The run goes on when the other one of its conversation ends.",
                of_conversation=True,
            )
            return
        self._decided.discard(run_id)

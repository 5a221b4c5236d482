"""What the person wants to see of runs: the call behind a number, a run's line folded out; and calls stopped there."""

from desktop.engine.errors import EngineError
from desktop.run_lines import RunLines
from desktop.run_panes import RunPanes
from desktop.window_actions import Desk, WindowActions


class PaneActions(WindowActions):
    """Fills the side panes and the lines of runs from what is stored.

    Args:
        desk: The window and what stands behind it.
        panes: The side panes.
        lines: The lines of runs.
    """

    def __init__(self, desk: Desk, panes: RunPanes, lines: RunLines) -> None:
        super().__init__(desk)
        self._panes = panes
        self._lines = lines
        window, do = desk.window, self._do
        window.transcript.evidence_activated.connect(lambda place: do(self._show_evidence(place)))
        window.transcript.call_activated.connect(lambda place: do(self._show_evidence(place)))
        window.transcript.run_line_opened.connect(lambda run_id: do(self._show_run(run_id)))
        window.tool_pane.stop_requested.connect(lambda call_id: do(self._stop_call(call_id)))

    def take_end(self, run_id: str) -> None:
        """A run ended or paused: what no event tells of it is read from the store, where the panes show it."""
        if run_id == self._panes.run_id:
            self._do(self._complete(run_id))

    async def _show_evidence(self, place: str) -> None:
        """Show the call that a number in an answer leads to, also where it is of an earlier run."""
        run_id, _, call_id = place.partition("/")
        await self._choose(run_id)
        self._window.panes.set_wanted("tools", True)
        self._panes.select_call(call_id)

    async def _show_run(self, run_id: str) -> None:
        """A run's line was folded out: show its words and calls there, and the run in the panes."""
        self._lines.fill(await self._session.record(run_id))
        await self._choose(run_id)

    async def _choose(self, run_id: str) -> None:
        if run_id != self._panes.run_id:
            self._panes.show(await self._session.record(run_id))

    async def _complete(self, run_id: str) -> None:
        record = await self._session.record(run_id)
        if run_id == self._panes.run_id:
            self._panes.complete(record)

    async def _stop_call(self, call_id: str) -> None:
        """Stop a call of the run that the panes show."""
        run_id = self._panes.run_id
        if run_id is None:
            return
        try:
            await self._session.stop_call(run_id, call_id)
        except EngineError:
            record = await self._session.record(run_id)  # it stands elsewhere than is shown
            if run_id == self._panes.run_id:
                self._panes.show(record)
            raise

"""Asks the person when a run of the open conversation has come to a budget."""

from typing import get_args

from desktop.engine.budgets import BudgetKind
from desktop.engine.events import RunFailed
from desktop.views.budget_dialog import BudgetDialog
from desktop.window_actions import Desk, WindowActions


class BudgetActions(WindowActions):
    """Opens the dialog, and goes on as the person says.

    Args:
        desk: The window and what stands behind it.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._dialog = BudgetDialog(desk.window)
        self._dialog.go_on_chosen.connect(lambda run_id, kind: self._do(self._go_on(run_id, kind)))
        self._dialog.settings_requested.connect(desk.window.settings_requested)

    def take(self, event: RunFailed) -> None:
        """A run of the open conversation has come to a budget: ask."""
        self._dialog.ask(event.run_id, event.over_budget, event.error)

    async def ask(self, run_id: str) -> None:
        """Ask about any run that has come to a budget, also one of an earlier start of the program.

        Args:
            run_id: The run; of one that went on meanwhile, nothing is asked.
        """
        record = await self._holder.engine.session.record(run_id)
        if record.state == "failed" and record.over_budget:
            self._dialog.ask(run_id, record.over_budget, record.error)

    async def _go_on(self, run_id: str, kind: str) -> None:
        chosen: BudgetKind = next(known for known in get_args(BudgetKind) if known == kind)
        await self._session.go_on_over_budget(run_id, chosen)

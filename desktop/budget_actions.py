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
        self._reached: RunFailed | None = None
        self._dialog = BudgetDialog(desk.window)
        self._dialog.go_on_chosen.connect(lambda run_id, kind: self._do(self._go_on(run_id, kind)))
        self._dialog.settings_requested.connect(desk.window.settings_requested)

    def take(self, event: RunFailed) -> None:
        """A run of the open conversation has come to a budget: ask."""
        self._reached = event
        self.ask()

    def ask(self) -> None:
        """Ask again about the run that was asked about last."""
        if (reached := self._reached) is not None:
            self._dialog.ask(reached.run_id, reached.over_budget, reached.error)

    async def _go_on(self, run_id: str, kind: str) -> None:
        chosen: BudgetKind = next(known for known in get_args(BudgetKind) if known == kind)
        await self._session.go_on_over_budget(run_id, chosen)

"""Asks the person when a run of the open conversation has come to a budget."""

from typing import get_args

from PySide6.QtCore import QObject

from desktop.actions import Actions
from desktop.engine.budgets import BudgetKind
from desktop.engine.events import RunFailed
from desktop.engine_holder import EngineHolder
from desktop.views.budget_dialog import BudgetDialog
from desktop.views.main_window import MainWindow


class BudgetActions(QObject):
    """Opens the dialog, and goes on as the person says.

    Args:
        window: The window.
        holder: The engine.
        actions: Runs what takes time.
    """

    def __init__(self, window: MainWindow, holder: EngineHolder, actions: Actions) -> None:
        super().__init__(window)
        self._holder = holder
        self._dialog = BudgetDialog(window)
        self._dialog.go_on_chosen.connect(lambda run_id, kind: actions.do(self._go_on(run_id, kind)))
        self._dialog.settings_requested.connect(window.settings_requested)

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
        await self._holder.engine.session.go_on_over_budget(run_id, chosen)

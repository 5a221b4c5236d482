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
        self._actions = actions
        self._reached: RunFailed | None = None
        self._dialog = BudgetDialog(window)
        self._dialog.go_on_chosen.connect(lambda run_id, kind: actions.do(self._go_on(run_id, kind)))
        self._dialog.settings_requested.connect(window.settings_requested)

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
        await self._holder.engine.session.go_on_over_budget(run_id, chosen)

"""Pictures of the usage view: ``python -m tests.views.gallery_usage OUTDIR``."""

import os
import random
import sys
from datetime import date, timedelta
from pathlib import Path

from PySide6.QtWidgets import QApplication

from desktop.engine.messages import Brain
from desktop.engine.usage_lines import UsageLine
from desktop.views import theme
from desktop.views.budget_dialog import BudgetDialog
from desktop.views.usage_view import UsageView

TODAY = date(2026, 11, 22)
_WORDS = "This run has cost $1.2000, and the next request at least $0.0300 more: over the budget of $1.00."


def usage_lines() -> list[UsageLine]:
    """Sixty days of usage; the same each time."""
    chance = random.Random(7)
    lines = []
    for back in range(60):
        for model, brain, rate in (
            ("gemini-3.8-flash", Brain.ORCHESTRATOR, 0.4e-6),
            ("claude-sonnet-5-5", Brain.RESPONDER, 3e-6),
            ("some-model", Brain.RESPONDER, 0.0),
        ):
            calls = chance.randrange(0, 9)
            if not calls or (model == "some-model" and back % 11):
                continue
            tokens = calls * chance.randrange(2_000, 60_000)
            lines.append(
                UsageLine(
                    day=TODAY - timedelta(days=back),
                    provider="",
                    model=model,
                    brain=brain,
                    conversation_id=f"c_{back % 5}",
                    title="A very long title of a conversation about the launch of the new product and its guide"
                    if back % 5 == 0
                    else f"Conversation {back % 5}",
                    calls=calls,
                    input_tokens=tokens,
                    cached_tokens=tokens // 3,
                    cache_write_tokens=tokens // 20,
                    output_tokens=tokens // 9,
                    thinking_tokens=tokens // 30,
                    cost_usd=tokens * rate,
                    unpriced=0 if rate else calls,
                )
            )
    return lines


def main(folder: Path) -> None:
    """Draw the view in both schemes."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    scale = os.environ.get("QT_SCALE_FACTOR", "1")
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        theme.apply(application, scheme)
        view = UsageView()
        view.resize(960, 700)
        view.show()
        view.show_lines(usage_lines(), TODAY)
        for group in ("By day", "By model", "By conversation"):
            view.group.setCurrentText(group)
            application.processEvents()
            view.grab().save(str(folder / f"usage-{group.split()[1]}-{scheme}-{scale}x.png"))
        view.group.setCurrentText("By day")
        unknown = [each.model_copy(update={"cost_usd": 0.0, "unpriced": each.calls}) for each in usage_lines()]
        view.show_lines(unknown, TODAY)
        application.processEvents()
        view.grab().save(str(folder / f"usage-unknown-{scheme}-{scale}x.png"))
        view.span.setCurrentText("Last 90 days")
        view.show_lines(usage_lines(), TODAY)
        application.processEvents()
        view.grab().save(str(folder / f"usage-90-{scheme}-{scale}x.png"))
        view.show_lines([], TODAY)
        application.processEvents()
        view.grab().save(str(folder / f"usage-empty-{scheme}-{scale}x.png"))
        view.close()
        dialog = BudgetDialog(guard_ms=0)
        dialog.ask("r_1", "run", _WORDS)
        application.processEvents()
        dialog.grab().save(str(folder / f"budget-{scheme}-{scale}x.png"))
        dialog.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Does what segments near the view left for later: colours of code, formulas."""

import time

from desktop.views.transcript.column import Column


def refine(column: Column, top: int, bottom: int, deadline: float) -> bool:
    """Do some of what can come after the first drawing of what stands between two heights.

    Args:
        column: The messages.
        top: A height.
        bottom: A height below it.
        deadline: Of ``time.perf_counter``.

    Returns:
        Whether anything was done, or is left to do.
    """
    is_changed = False
    for index in column.between(top, bottom):
        layout = column.existing(index)
        if layout is None:
            continue
        above = column.top(index)
        for slot in layout.slots_between(top - above, bottom - above):
            if layout.slots[slot].segment is None or layout.slots[slot].refined:
                continue
            is_changed = True
            left_ms = (deadline - time.perf_counter()) * 1000
            if left_ms <= 0:
                return True
            column.refine(index, slot, left_ms)
    return is_changed

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject

from desktop.collecting import Collector


class Ring:
    """Garbage that only a collection finds."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def asked() -> dict[str, bool]:
    return {"at work": False, "watched": True}


@pytest.fixture
def collector(qapp: QObject, asked: dict[str, bool]) -> Iterator[Collector]:
    parent = QObject()
    made = Collector(parent, lambda: asked["at work"], lambda: asked["watched"])
    was_enabled = gc.isenabled()
    made.start()
    yield made
    made._timer.stop()
    gc.unfreeze()
    if was_enabled:
        gc.enable()


def test_what_is_young_is_collected(collector: Collector) -> None:
    ring = weakref.ref(Ring())
    kept = [[number] for number in range(3_000)]
    assert ring() is not None
    collector.collect()
    assert ring() is None
    assert len(kept) == 3_000


def test_very_much_at_once_is_set_aside(collector: Collector) -> None:
    before = gc.get_freeze_count()
    kept = [[number] for number in range(40_000)]
    collector.collect()
    assert gc.get_freeze_count() - before >= len(kept)
    assert gc.get_count()[0] < 1_000


def turns(collector: Collector, count: int) -> None:
    for _ in range(count):
        collector.collect()


def test_all_is_collected_while_the_person_is_elsewhere(collector: Collector, asked: dict[str, bool]) -> None:
    rings = [Ring() for _ in range(40_000)]
    last = weakref.ref(rings[-1])
    collector.collect()  # sets them aside
    rings.clear()
    turns(collector, 80)
    assert last() is not None
    asked["watched"] = False
    collector.collect()
    assert last() is None


def test_all_is_collected_at_last_but_not_while_a_run_is_at_work(collector: Collector, asked: dict[str, bool]) -> None:
    rings = [Ring() for _ in range(40_000)]
    last = weakref.ref(rings[-1])
    collector.collect()
    rings.clear()
    asked["at work"] = True
    turns(collector, 500)
    assert last() is not None
    asked["at work"] = False
    collector.collect()
    assert last() is None

"""Where conversations were being read: kept for the newest, and never of what is off the record."""

from desktop.engine.store.ids import OFF_RECORD_PREFIX
from desktop.reading_places import MOST_PLACES, ReadingPlaces
from desktop.views.transcript.values import Position

MIDDLE = Position("m7", 40, False, 0.25)
GROWING = Position("answer of r1", 12, False, slot=7)


def test_a_place_comes_back_as_it_was_stored() -> None:
    places = ReadingPlaces()
    places.keep("c1", MIDDLE)
    places.keep("c3", GROWING)
    assert ReadingPlaces(places.stored()).of("c1") == MIDDLE
    assert ReadingPlaces(places.stored()).of("c3") == GROWING
    assert places.of("c2") == Position()


def test_the_end_and_what_is_off_the_record_are_not_stored() -> None:
    places = ReadingPlaces()
    places.keep("c1", MIDDLE)
    places.keep("c1", Position("m9", 0, True))
    places.keep(f"{OFF_RECORD_PREFIX}c2", MIDDLE)
    assert places.stored() == {}
    assert places.of(f"{OFF_RECORD_PREFIX}c2") == MIDDLE


def test_the_oldest_goes_when_there_are_too_many() -> None:
    places = ReadingPlaces()
    for number in range(MOST_PLACES):
        places.keep(f"c{number}", MIDDLE)
    places.keep("c0", MIDDLE)
    places.keep("new", MIDDLE)
    assert len(places.stored()) == MOST_PLACES
    assert "c1" not in places.stored()
    assert places.of("c0") == MIDDLE


def test_damaged_places_are_left_out() -> None:
    stored: dict[str, list[object]] = {
        "c1": ["m7"],
        "c2": [1, 2, 3],
        "c3": ["m7", 40, 0.25],
        "c4": ["m7", 40, 0.25, "x"],
    }
    kept = ["m7", 40, 0.25, -1]
    assert ReadingPlaces(stored).stored() == {"c3": kept, "c4": kept}

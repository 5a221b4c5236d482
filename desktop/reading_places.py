"""Where each conversation was being read, so that it opens there again."""

from collections import OrderedDict
from collections.abc import Mapping

from desktop.engine.store.ids import OFF_RECORD_PREFIX
from desktop.views.transcript.values import Position

MOST_PLACES = 100


class ReadingPlaces:
    """The places of the conversations that were read last; one at its end has none.

    Args:
        stored: What ``stored`` gave before.
    """

    def __init__(self, stored: Mapping[str, list[object]] | None = None) -> None:
        self._places: OrderedDict[str, Position] = OrderedDict()
        for conversation_id, values in (stored or {}).items():
            match values:
                case [str() as message_id, int() as offset, (int() | float()) as fraction, *more]:
                    slot = more[0] if more and isinstance(more[0], int) else -1
                    self._places[conversation_id] = Position(message_id, offset, False, float(fraction), slot)

    def keep(self, conversation_id: str, position: Position) -> None:
        """Keep where a conversation is being read."""
        self._places.pop(conversation_id, None)
        if position.at_bottom or not position.message_id:
            return
        self._places[conversation_id] = position
        while len(self._places) > MOST_PLACES:
            self._places.popitem(last=False)

    def of(self, conversation_id: str) -> Position:
        """Where a conversation was being read; its end where nothing else is known."""
        return self._places.get(conversation_id, Position())

    def stored(self) -> dict[str, list[object]]:
        """All of them as JSON takes them; those off the record are left out."""
        return {
            conversation_id: [place.message_id, place.offset, round(place.fraction, 4), place.slot]
            for conversation_id, place in self._places.items()
            if not conversation_id.startswith(OFF_RECORD_PREFIX)
        }

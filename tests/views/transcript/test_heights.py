import random
from bisect import bisect_right
from itertools import accumulate

import pytest

from desktop.views.transcript.heights import Heights


@pytest.mark.parametrize("block", [1, 4, 128])
def test_tops_and_finds_are_those_of_a_plain_list(monkeypatch: pytest.MonkeyPatch, block: int) -> None:
    monkeypatch.setattr("desktop.views.transcript.heights._BLOCK", block)
    dice = random.Random(1)
    for _ in range(200):
        plain = [dice.choice((0, 1, 7, 40)) for _ in range(dice.randrange(1, 40))]
        heights = Heights(plain[: len(plain) // 2])
        for height in plain[len(plain) // 2 :]:
            heights.append(height)
        for _ in range(10):
            at, height = dice.randrange(len(plain)), dice.randrange(50)
            assert heights.change(at, height) == height - plain[at]
            plain[at] = height
        kept = dice.randrange(1, len(plain) + 1)
        heights.truncate(kept)
        del plain[kept:]
        heights.append(3)
        plain.append(3)
        tops = list(accumulate(plain, initial=0))
        assert [heights.top(at) for at in range(len(plain) + 1)] == tops
        assert heights.total == sum(plain)
        for y in range(-2, sum(plain) + 3):
            expected = max(0, min(bisect_right(tops, y) - 1, len(plain) - 1))
            assert heights.at(y) == expected
            bottom = y + dice.randrange(60)
            assert heights.between(y, bottom) == range(heights.at(y), heights.at(bottom) + 1)


@pytest.mark.parametrize("y", [-5, 0, 5])
def test_nothing_is_found_in_nothing(y: int) -> None:
    assert Heights().at(y) == 0
    assert Heights().total == 0
    assert not Heights().between(y, y + 9)

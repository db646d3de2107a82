"""A clock that stands at a chosen hour of the street, for all tests of the digests."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
import time_machine

from tests.digests.street import hour

Clock = Callable[[datetime], None]


@pytest.fixture
def clock() -> Iterator[Clock]:
    """`clock(hour("08:01"))` moves the time; it starts at one minute past the morning alert of DAY."""
    with time_machine.travel(hour("08:01"), tick=False) as traveller:
        yield traveller.move_to

"""One presence of several devices, and short texts of others."""

import pytest

from contracts.presence import Presence, Show
from services.chat.devices import Device, presence_of
from services.chat.plain_text import one_line


def device(show: Show, *, priority: int = 0, order: int = 0) -> Device:
    return Device(Presence(show=show), priority, order)


def test_without_a_device_somebody_is_offline():
    assert presence_of([]) == Presence(show=Show.OFFLINE)


def test_the_device_with_the_highest_priority_counts():
    at_the_desk = device(Show.DND, priority=5, order=1)
    in_the_pocket = device(Show.AWAY, priority=1, order=2)

    assert presence_of([at_the_desk, in_the_pocket]).show is Show.DND


def test_of_equal_devices_the_one_that_spoke_last_counts():
    earlier, later = device(Show.AVAILABLE, order=1), device(Show.AWAY, order=2)

    assert presence_of([later, earlier]).show is Show.AWAY


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  At\nlunch\t ", "At lunch"),
        ("\u202eevil\u202c text", "evil text"),
        ("\x00\x1b[31mred", "[31mred"),
        ("bei Łukasz 🍜", "bei Łukasz 🍜"),
        ("👩‍💻 coding", "👩‍💻 coding"),
        ("é" * 300, "é" * 256),
    ],
)
def test_a_status_text_is_one_line_that_does_nothing_to_its_surroundings(text, shown):
    assert one_line(text, 256) == shown

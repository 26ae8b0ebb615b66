"""When nobody is there, as far as screens and calls tell."""

from gateway.idleness import MOST_SCREENS, Idleness

MINUTE_S = 60.0
AFTER_S = 5 * MINUTE_S


def used(*screens: str, at: float = 0.0) -> Idleness:
    idleness = Idleness()
    for name in screens:
        idleness.note_screen(name, at, is_locked=False)
    return idleness


def test_of_somebody_who_has_no_screen_nothing_is_known():
    assert Idleness().is_idle(1e6, AFTER_S) is None
    assert Idleness().due_in_s(1e6, AFTER_S) is None


def test_nobody_is_there_once_no_screen_was_used_for_that_long():
    idleness = used("desk")

    assert idleness.due_in_s(MINUTE_S, AFTER_S) == 4 * MINUTE_S
    assert idleness.is_idle(AFTER_S - 1, AFTER_S) is False
    assert idleness.is_idle(AFTER_S, AFTER_S) is True


def test_one_screen_that_is_used_is_enough():
    idleness = used("desk", "sofa")
    idleness.note_screen("sofa", 3 * MINUTE_S, is_locked=False)

    assert idleness.is_idle(6 * MINUTE_S, AFTER_S) is False
    assert idleness.is_idle(8 * MINUTE_S, AFTER_S) is True


def test_a_locked_screen_is_left_at_once_and_another_one_still_counts():
    idleness = used("desk", "sofa")
    idleness.note_screen("desk", 1.0, is_locked=True)
    assert idleness.is_idle(2.0, AFTER_S) is False

    idleness.note_screen("sofa", 3.0, is_locked=True)
    assert idleness.is_idle(4.0, AFTER_S) is True
    idleness.note_screen("desk", 5.0, is_locked=False)
    assert idleness.is_idle(6.0, AFTER_S) is False


def test_whoever_telephones_is_there_and_was_there_until_the_call_ended():
    idleness = used("desk")
    idleness.note_call("one", MINUTE_S, is_over=False)
    assert idleness.is_idle(60 * MINUTE_S, AFTER_S) is False
    assert idleness.due_in_s(60 * MINUTE_S, AFTER_S) is None

    idleness.note_call("one", 60 * MINUTE_S, is_over=True)
    assert idleness.is_idle(64 * MINUTE_S, AFTER_S) is False
    assert idleness.is_idle(65 * MINUTE_S, AFTER_S) is True


def test_whoever_locks_a_screen_after_a_call_has_left():
    idleness = used("desk")
    idleness.note_call("one", MINUTE_S, is_over=False)
    idleness.note_call("one", 2 * MINUTE_S, is_over=True)
    idleness.note_screen("desk", 2 * MINUTE_S + 1, is_locked=True)

    assert idleness.is_idle(2 * MINUTE_S + 2, AFTER_S) is True


def test_of_many_screens_those_used_last_are_kept():
    idleness = used(*(f"screen {number}" for number in range(MOST_SCREENS)))
    idleness.note_screen("screen 0", 1.0, is_locked=False)
    for number in range(MOST_SCREENS - 1):
        idleness.note_screen(f"further {number}", 0.0, is_locked=False)

    assert idleness.due_in_s(1.0, AFTER_S) == AFTER_S

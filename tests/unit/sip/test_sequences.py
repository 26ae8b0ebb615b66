"""Each frame once, whichever lane brings it first."""

from services.sip.engine.sequences import Newest


def test_a_frame_that_another_lane_has_brought_is_left_out():
    newest = Newest()
    first_lane = [newest.takes(sequence) for sequence in (7, 8)]
    second_lane = [newest.takes(sequence) for sequence in (7, 8, 9, 10)]
    first_lane_again = [newest.takes(sequence) for sequence in (9, 10, 11)]
    assert first_lane == [True, True]
    assert second_lane == [False, False, True, True]
    assert first_lane_again == [False, False, True]


def test_numbers_begin_anew():
    newest = Newest()
    assert newest.takes(2**32 - 1)
    assert newest.takes(0)
    assert not newest.takes(2**32 - 1)


def test_frames_that_the_sender_dropped_are_not_waited_for():
    newest = Newest()
    assert newest.takes(1)
    assert newest.takes(5)
    assert not newest.takes(4)

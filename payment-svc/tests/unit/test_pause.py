"""How long a partner that hangs is left alone."""

from payment_svc.channels.pause import Pause


def test_one_caller_is_let_through_when_its_time_is_over():
    moment = [0.0]
    pause = Pause(15, clock=lambda: moment[0])
    assert not pause.is_on()
    pause.begin()
    assert pause.is_on()
    moment[0] = 15
    assert [pause.is_on() for _ in range(3)] == [False, True, True]
    pause.end()
    assert not pause.is_on()

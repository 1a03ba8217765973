import os

import pytest

from papermill_forked.wire import Decoder, encode

MESSAGES = [[b""], [b"a", b"", b"ccc"], [], [os.urandom(100_000), b"x"]]


@pytest.mark.parametrize("step", [1, 3, 7, 1000, 10**6])
def test_messages_come_out_as_they_went_in(step):
    data = b"".join(encode(message) for message in MESSAGES)
    if step == 1:
        data = b"".join(encode(message) for message in MESSAGES[:3])
    decoder = Decoder()
    found = [message for start in range(0, len(data), step) for message in decoder.feed(data[start : start + step])]

    assert found == MESSAGES[: len(found)]
    assert len(found) >= 3


def test_memory_views_and_arrays():
    assert list(Decoder().feed(encode([memoryview(b"ab"), bytearray(b"c")]))) == [[b"ab", b"c"]]

import os

import nbformat
import papermill.engines  # noqa: F401  # it has to come first
import pytest

from papermill_forked.client import plain_output
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


TEXTS = [
    ("stream", {"name": "stdout", "text": "甲\n"}),
    ("stream", {"name": "stderr", "text": ""}),
    ("display_data", {"data": {"text/plain": "1", "text/html": "<b>1</b>"}, "metadata": {"a": {"b": [1]}}}),
    ("execute_result", {"data": {"text/plain": "1"}, "metadata": {}, "execution_count": 3}),
]


@pytest.mark.parametrize(("kind", "content"), TEXTS)
def test_an_output_of_text_is_what_nbformat_makes_of_it(kind, content):
    made = plain_output(kind, content)

    assert made == nbformat.v4.output_from_msg({"header": {"msg_type": kind}, "content": content})
    assert list(made) == list(nbformat.v4.output_from_msg({"header": {"msg_type": kind}, "content": content}))
    assert all(isinstance(each, nbformat.NotebookNode) for each in (made, *map(made.get, ("data", "metadata"))) if each)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("stream", {"name": "other", "text": "1"}),
        ("stream", {"name": "stdout", "text": 1}),
        ("display_data", {"data": {"application/json": {"a": 1}}, "metadata": {}}),
        ("display_data", {"data": {"text/plain": 1}, "metadata": {}}),
        ("error", {"ename": "a", "evalue": "b", "traceback": []}),
    ],
)
def test_any_other_output_is_held_to_the_schema(kind, content):
    assert plain_output(kind, content) is None

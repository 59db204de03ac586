"""Text with blanks: filled, poured, and put in at the end, always escaped."""

import pytest

from canon.stencils import Inserts, Stencil, encoded, leave_open


def stencil(text, *names):
    return Stencil(text.format(**leave_open(names)))


def test_pouring_gives_the_bytes_of_filling():
    made = stencil("<{name}> – {line}!", "name", "line")
    poured = []
    made.pour(poured, name=encoded("a & b"), line=encoded("“é”"))
    assert b"".join(poured) == made.fill(name="a & b", line="“é”").encode()
    assert b"&amp;" in b"".join(poured)


def test_a_blank_that_stays_open_is_an_error():
    with pytest.raises(KeyError):
        stencil("{name}", "name").pour([])


def test_what_is_left_out_stands_in_its_places_in_the_end():
    inserts = Inserts()
    second, first = inserts.leave([b"2", b"3"]), inserts.leave([b"1"])
    assert inserts.fill(f"–{first}{second}{first}.") == "–1231.".encode()

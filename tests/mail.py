"""Reads the mails of tests."""

import re

CODE = re.compile(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", re.MULTILINE)


def code_in(message):
    """Return the code on a line of its own in a mail."""
    (code,) = CODE.findall(message if isinstance(message, str) else message.body)
    return code

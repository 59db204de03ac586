"""Takes and reads the mails of tests."""

import re
from contextlib import contextmanager

from aiosmtpd.controller import Controller

from tests.test_serve import free_port

CODE = re.compile(r"^[A-Z0-9]{4}-[A-Z0-9]{4}$", re.MULTILINE)


def code_in(message):
    """Return the code on a line of its own in a mail."""
    (code,) = CODE.findall(message if isinstance(message, str) else message.body)
    return code


class Sink:
    """Takes every mail that is delivered to it."""

    def __init__(self):
        self.mails = []

    async def handle_DATA(self, _server, _session, envelope):  # noqa: N802  # aiosmtpd's name
        self.mails.append((envelope.rcpt_tos, envelope.content.decode()))
        return "250 kept"

    def last_to(self, address):
        """Return the last mail to an address."""
        return [text.replace("\r\n", "\n") for to, text in self.mails if to == [address]][-1]


@contextmanager
def taking_mail(settings):
    """Run a real SMTP server on this machine, to which the site sends its mail; yield its sink."""
    taken = Sink()
    controller = Controller(taken, hostname="127.0.0.1", port=free_port())
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", controller.port
    yield taken
    controller.stop()

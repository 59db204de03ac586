"""How much may be sent at once: said before anything is kept, not when the disk is full."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

# Well above the largest import, which is refused in words of its own, beside its form.
LARGEST_UPLOAD = 20 * 1024 * 1024


class LimitedUpload(FileUploadHandler):
    """Stands first among the upload handlers, and refuses what is too large as a whole.

    Django limits fields, but no files; and looking for the CSRF token reads a form to its end,
    before anybody has asked who sends it.
    """

    def handle_raw_input(self, *args: Any, **_kwargs: Any) -> None:
        """Let the other handlers do the work; raise RequestDataTooBig, answered by 400."""
        _data, _meta, content_length, *_rest = args
        if content_length > LARGEST_UPLOAD:
            raise RequestDataTooBig("The upload is larger than LARGEST_UPLOAD.")

    def receive_data_chunk(self, raw_data: bytes, _start: int) -> bytes:
        """Hand a piece of a file on."""
        return raw_data

    def file_complete(self, _file_size: int) -> None:
        """Leave the file to the next handler."""

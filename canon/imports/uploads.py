"""From the bytes of an upload to what it says."""

from django.utils.translation import gettext as _

from canon.imports.backup import read_backup
from canon.imports.documents import Document, UploadError
from canon.imports.table import read_table

LARGEST = 5 * 1024 * 1024


def read_upload(data: bytes) -> Document:
    """Return what the JSON or CSV file `data` says.

    Its content decides which of the two it is, whatever its name. Raises UploadError if it is
    too large or neither of them.
    """
    if len(data) > LARGEST:
        raise UploadError(_("The file is larger than 5 MB."))
    if data.startswith(b"PK"):
        raise UploadError(
            _("This is a zip: the notebook cannot be read back in. Choose a JSON or CSV file.")
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UploadError(
            _("The file is not in UTF-8. From a spreadsheet, save it as “CSV UTF-8”.")
        ) from error
    start = text.lstrip()[:1]
    if not start:
        raise UploadError(_("The file is empty."))
    return read_backup(text) if start in "{[" else read_table(text)

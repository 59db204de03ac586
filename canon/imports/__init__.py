from canon.imports.documents import Document, UploadError
from canon.imports.plans import Plan, make_plan
from canon.imports.saving import StalePlanError, carry_out
from canon.imports.uploads import LARGEST, read_upload

__all__ = [
    "LARGEST",
    "Document",
    "Plan",
    "StalePlanError",
    "UploadError",
    "carry_out",
    "make_plan",
    "read_upload",
]

from canon.exports.backup import FORMAT, PREFERENCES, VERSION, as_json
from canon.exports.notebook import as_notebook
from canon.exports.table import COLUMNS, as_csv, undefuse

__all__ = [
    "COLUMNS",
    "FORMAT",
    "PREFERENCES",
    "VERSION",
    "as_csv",
    "as_json",
    "as_notebook",
    "undefuse",
]

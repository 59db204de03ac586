"""The admin as the curators' desk."""

from canon.admin.authors import AuthorAdmin
from canon.admin.items import ItemAdmin
from canon.admin.links import LinkAdmin, LinkCheckAdmin
from canon.admin.sections import SectionAdmin
from canon.admin.suggestions import SuggestionAdmin

__all__ = [
    "AuthorAdmin",
    "ItemAdmin",
    "LinkAdmin",
    "LinkCheckAdmin",
    "SectionAdmin",
    "SuggestionAdmin",
]

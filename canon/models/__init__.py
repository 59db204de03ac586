from canon.models.authors import Author
from canon.models.items import Item, ItemQuerySet
from canon.models.parts import Authorship, Dependency, Link
from canon.models.sections import Section

__all__ = ["Author", "Authorship", "Dependency", "Item", "ItemQuerySet", "Link", "Section"]

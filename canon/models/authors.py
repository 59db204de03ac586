"""Authors: the people and organisations behind the items."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from canon.search import fold


class AuthorQuerySet(models.QuerySet["Author"]):
    """Words for choosing authors."""

    def get_by_natural_key(self, slug: str) -> Author:
        """Return the author of a slug."""
        return self.get(slug=slug)


AuthorManager = models.Manager.from_queryset(AuthorQuerySet)


class Author(models.Model):
    """A person or an organisation that stands behind items."""

    class Kind(models.TextChoices):
        PERSON = "person", _("person")
        ORGANISATION = "organisation", _("organisation")

    slug = models.SlugField(_("slug"), unique=True, max_length=100)
    name = models.CharField(pgettext_lazy("of an author", "name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind.choices, default=Kind.PERSON)
    search_text = models.CharField(max_length=400, editable=False, default="")

    objects = AuthorManager()

    class Meta:
        verbose_name = _("author")
        verbose_name_plural = _("authors")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        """Return what names this author in a fixture."""
        return (self.slug,)


@receiver(pre_save, sender=Author)
def fold_author(instance: Author, **_kwargs: Any) -> None:
    """Keep the searched text true to the name, whoever saves: a form, a test, a fixture."""
    instance.search_text = fold(instance.name)

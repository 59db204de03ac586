"""Sections: the headings of the canon."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from canon.models.ordering import PlacedSection, PlacedSections
from canon.models.translated import Translated


class SectionQuerySet(PlacedSections["Section"]):
    """Words for choosing sections."""

    def get_by_natural_key(self, slug: str) -> Section:
        """Return the section of a slug."""
        return self.get(slug=slug)

    def with_stale_translation(self) -> SectionQuerySet:
        """Keep what has a Chinese text older than the English."""
        return self.filter(translation_is_stale=True)


SectionManager = models.Manager.from_queryset(SectionQuerySet)


class Section(Translated, PlacedSection):
    """A heading of the canon; sections nest."""

    slug = models.SlugField(_("slug"), unique=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent"),
        on_delete=models.PROTECT,
        related_name="children",
        null=True,
        blank=True,
    )
    position = models.PositiveIntegerField(
        _("position"),
        unique=True,
        blank=True,
        help_text=_("Place among all sections, counted down the page: parents before children."),
    )
    title = models.CharField(_("title"), max_length=200)
    introduction = models.TextField(_("introduction"), blank=True)
    translation_is_stale = models.BooleanField(
        _("translation is stale"),
        default=False,
        editable=False,
        help_text=_("The English changed after the Chinese."),
    )

    objects = SectionManager()

    # Added by canon.translation.
    title_en: str
    title_zh_hans: str
    introduction_en: str
    introduction_zh_hans: str

    class Meta:
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        ordering: ClassVar = ["position"]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        """Return what names this section in a fixture."""
        return (self.slug,)

    def clean(self) -> None:
        """Refuse a parent that is the section itself or stands below it."""
        self.clean_parent()

    @property
    def introduction_fell_back(self) -> bool:
        """Whether the introduction shown is English for want of one in the page's language."""
        return self.fell_back("introduction")

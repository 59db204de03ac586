"""What modeltranslation keeps in English and in Chinese."""

from modeltranslation.translator import TranslationOptions, register

from canon.models import Item, Link, Section


@register(Section)
class SectionTranslation(TranslationOptions):
    fields = ("title", "introduction")


@register(Item)
class ItemTranslation(TranslationOptions):
    fields = ("gloss", "annotation", "retirement_reason")


@register(Link)
class LinkTranslation(TranslationOptions):
    fields = ("title",)

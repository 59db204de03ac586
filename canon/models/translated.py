"""What translated rows know of their languages."""

from django.utils.translation import get_language


class Translated:
    """A row with texts in several languages, through modeltranslation."""

    # Whether a curator says of the next save that the Chinese needs no change with the English.
    translation_holds = False

    def confirm_translation(self) -> None:
        """Save that the Chinese still says what the English does."""
        self.translation_is_stale = False
        self.save(update_fields=["translation_is_stale"])  # type: ignore[attr-defined]

    def own(self, field: str) -> str:
        """Return a translated field in the page's language, without falling back to English."""
        language = get_language() or "en"
        text: str = getattr(self, f"{field}_{language.replace('-', '_')}")
        return text

    def fell_back(self, field: str) -> bool:
        """Tell whether a translated field shows English for want of the page's language."""
        return bool(getattr(self, field)) and not self.own(field)

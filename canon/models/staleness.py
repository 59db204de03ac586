"""When a Chinese text no longer says what the English does."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models.signals import pre_save
from django.dispatch import receiver

from canon.models.items import Item
from canon.models.sections import Section

# The texts that are written twice. A title or a gloss is short, but curators mend those too.
WATCHED: dict[type[Item | Section], tuple[str, ...]] = {
    Item: ("annotation", "gloss"),
    Section: ("title", "introduction"),
}

Texts = dict[str, str | None]


def columns(sender: type[Item | Section]) -> list[str]:
    """Return the columns of both languages that are watched."""
    return [f"{field}_{code}" for field in WATCHED[sender] for code in ("en", "zh_hans")]


def is_stale(fields: Collection[str], before: Texts, after: Texts, *, was_stale: bool) -> bool:
    """Tell whether the Chinese lags behind, given the texts before and after a save.

    It does where the English changed in a save in which the Chinese, not being empty, stayed. It
    no longer does once any of the Chinese changes, or none is left.
    """

    def changed(column: str) -> bool:
        return (before[column] or "") != (after[column] or "")

    chinese = [f"{field}_zh_hans" for field in fields]
    if any(
        changed(f"{field}_en") and after[column] and not changed(column)
        for field, column in zip(fields, chinese, strict=True)
    ):
        return True
    return was_stale and any(after[c] for c in chinese) and not any(map(changed, chinese))


@receiver(pre_save, sender=Item)
@receiver(pre_save, sender=Section)
def judge_translation(
    sender: type[Item | Section],
    instance: Item | Section,
    raw: bool = False,  # noqa: FBT001, FBT002
    using: str = "default",
    update_fields: Collection[str] | None = None,
    **_kwargs: Any,
) -> None:
    """Keep `translation_is_stale` true to the rule, whoever saves.

    A fixture does not carry it: where that leaves the texts as they are, the flag stays too.
    Otherwise a record speaks for itself, as when an old version comes back.
    """
    if update_fields is not None and not {*update_fields} & {*columns(sender)}:
        return
    rows = sender._base_manager.using(using).filter(pk=instance.pk)
    row = rows.values(*columns(sender), "translation_is_stale").first() if instance.pk else None
    if row is None:
        return
    was_stale = row.pop("translation_is_stale")
    texts = {column: getattr(instance, column) for column in columns(sender)}
    if raw:
        stays = all((row[column] or "") == (texts[column] or "") for column in texts)
        instance.translation_is_stale = was_stale if stays else instance.translation_is_stale
        return
    holds, instance.translation_holds = instance.translation_holds, False
    instance.translation_is_stale = not holds and is_stale(
        WATCHED[sender], row, texts, was_stale=was_stale
    )

"""A Chinese text is stale while the English has changed after it, and curators are told."""

import io

import pytest
import reversion
from django.core import serializers
from django.core.management import call_command

from canon.models import Item, Section
from tests.conftest import FIXTURES

pytestmark = pytest.mark.django_db


def bert():
    return Item.objects.get(slug="bert")


def change(row, **texts):
    """Save new texts and return whether the translation counts as stale then."""
    for name, text in texts.items():
        setattr(row, name, text)
    row.save()
    return type(row).objects.get(pk=row.pk).translation_is_stale


def test_the_shipped_canon_is_not_stale():
    assert not Item.objects.filter(translation_is_stale=True).exists()
    assert not Section.objects.filter(translation_is_stale=True).exists()


@pytest.mark.parametrize("field", ["annotation", "gloss"])
def test_an_item_is_stale_once_only_its_english_changes(field):
    item = bert()
    setattr(item, f"{field}_zh_hans", "中文。")
    item.save()
    assert change(item, **{f"{field}_en": "Something new."})


@pytest.mark.parametrize("field", ["title", "introduction"])
def test_a_section_is_stale_once_only_its_english_changes(field):
    section = Section.objects.get(slug="agents")
    setattr(section, f"{field}_zh_hans", "中文。")
    section.save()
    assert change(section, **{f"{field}_en": "Something new."})


def test_what_changes_in_both_languages_at_once_is_not_stale():
    assert not change(bert(), annotation_en="New.", annotation_zh_hans="新。")


def test_what_has_no_chinese_is_not_stale():
    item = bert()
    change(item, annotation_zh_hans="", gloss_zh_hans="")
    assert not change(item, annotation_en="New.")


def test_what_was_stale_is_so_until_the_chinese_changes():
    item = bert()
    assert change(item, annotation_en="New.")
    assert change(item, year=2020)
    assert change(item, annotation_en="Newer.")
    assert not change(item, annotation_zh_hans="新。")


def test_what_was_stale_is_so_no_longer_without_chinese():
    item = bert()
    change(item, annotation_en="New.")
    assert not change(item, annotation_zh_hans="", gloss_zh_hans="")


def test_only_the_language_that_changed_tells_of_several_texts():
    item = bert()
    change(item, gloss_zh_hans="词义")
    assert change(item, gloss_en="A gloss", annotation_zh_hans="新。")


def test_a_curator_may_say_that_the_chinese_still_holds():
    item = bert()
    change(item, annotation_en="A typo mended.")
    item.confirm_translation()
    assert not bert().translation_is_stale


def test_loading_the_shipped_canon_again_leaves_the_flag_as_it_is():
    item = bert()
    # The texts stand in the fixture as they stand here, only the flag does not.
    Item.objects.filter(pk=item.pk).update(translation_is_stale=True)
    call_command("loaddata", *FIXTURES, verbosity=0)
    assert bert().translation_is_stale


def test_a_fixture_with_other_texts_brings_them_in_both_languages():
    item = bert()
    record = serializers.serialize("json", [item], use_natural_primary_keys=True)
    change(item, annotation_en="New.")
    for deserialized in serializers.deserialize("json", io.StringIO(record)):
        deserialized.save()
    assert bert().annotation_en != "New."
    assert not bert().translation_is_stale


def test_an_old_version_comes_back_with_what_was_said_of_it_then():
    item = bert()
    with reversion.create_revision():
        item.save()
    version = reversion.models.Version.objects.get_for_object(item).first()
    assert change(item, annotation_en="New.")
    version.revision.revert()
    assert not bert().translation_is_stale


def test_a_save_of_other_columns_does_not_read_the_texts(django_assert_max_num_queries):
    item = bert()
    with django_assert_max_num_queries(2) as queries:
        item.save(update_fields=["year"])
    assert not any("annotation" in query["sql"] for query in queries)


def test_retired_items_need_no_translation():
    item = bert()
    change(item, annotation_en="New.")
    assert item in Item.objects.with_stale_translation()
    change(item, state=Item.State.RETIRED)
    assert item not in Item.objects.with_stale_translation()
    change(item, annotation_zh_hans="", gloss_zh_hans="")
    assert item not in Item.objects.lacking_chinese()

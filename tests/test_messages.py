"""Every string of the interface is translated, and the check that says so can fail."""

import re
import shutil
from gettext import GNUTranslations, translation
from io import StringIO
from pathlib import Path

import allauth
import django.conf
import pytest
from django.contrib import admin, auth, humanize
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.utils.translation import override

from accounts.wording import SENTENCES


@pytest.fixture
def catalogue(settings, tmp_path):
    """A copy of the Chinese catalogue, in use instead of the real one."""
    folder = shutil.copytree(settings.LOCALE_PATHS[0], tmp_path / "locale")
    settings.LOCALE_PATHS = [folder]
    return folder / "zh_Hans" / "LC_MESSAGES" / "django.po"


@pytest.fixture
def entry(catalogue):
    """The first plain entry of the catalogue."""
    return re.search(r'(#: .+\n)+msgid "(?P<text>[\w ]+)"\nmsgstr ".+"\n', catalogue.read_text())


def replace(catalogue, entry, text):
    """Put `text` in the place of an entry."""
    catalogue.write_text(catalogue.read_text().replace(entry[0], text))


def emptied(entry):
    return re.sub('msgstr ".+"', 'msgstr ""', entry[0])


def contents(catalogue):
    return [catalogue.with_suffix(suffix).read_bytes() for suffix in (".po", ".mo")]


def check():
    call_command("messages", check=True)


def complaint():
    """Return what the check says against the catalogue."""
    with pytest.raises(CommandError) as refused:
        check()
    return str(refused.value)


def test_every_string_is_translated_and_compiled():
    check()


def test_what_canon_says_in_place_of_others_is_something_that_they_say():
    others = (allauth, auth, admin, humanize, django.conf)
    folders = [Path(other.__file__).parent / "locale" for other in others]
    said = [translation("django", folder, ["zh_Hans"])._catalog for folder in folders]
    sentences = [sentence for sentence in SENTENCES if isinstance(sentence, str)]
    assert len(sentences) > 90
    unsaid = [sentence for sentence in sentences if not any(sentence in of for of in said)]
    assert unsaid == ["Name"]


def test_the_hints_about_passwords_are_as_polite_as_all_else():
    with override("zh-hans"):
        hints = password_validators_help_texts()
        with pytest.raises(ValidationError) as refused:
            validate_password("q7")
    said = [*hints, *refused.value.messages]
    assert "密码太短，至少要有 8 个字符。" in said
    assert [sentence for sentence in said if "你" in sentence] == []


@pytest.mark.parametrize("is_listed", [True, False])
def test_a_missing_translation_is_named(catalogue, entry, is_listed):
    replace(catalogue, entry, emptied(entry) if is_listed else "")
    assert f"not translated: '{entry['text']}'" in complaint().splitlines()


def test_a_string_that_nothing_uses_any_more_is_named(catalogue, entry):
    replace(catalogue, entry, entry[0] + '\nmsgid "Obligations"\nmsgstr "义务"\n')
    assert "no longer used: 'Obligations'" in complaint().splitlines()


def test_a_fuzzy_translation_is_named(catalogue, entry):
    replace(catalogue, entry, "#, fuzzy\n" + entry[0])
    assert f"fuzzy: '{entry['text']}'" in complaint().splitlines()


def test_a_translation_that_was_not_compiled_is_noticed(catalogue, entry):
    replace(catalogue, entry, entry[0].replace('msgstr "', 'msgstr "新'))
    assert "the files are not as make messages writes them" in complaint()


def test_the_check_writes_nothing(catalogue, entry):
    replace(catalogue, entry, "")
    before = contents(catalogue)
    complaint()
    assert contents(catalogue) == before


def test_updating_adds_a_missing_string_and_says_so(catalogue, entry):
    replace(catalogue, entry, "")
    said = StringIO()
    call_command("messages", stdout=said)
    assert f"zh-hans: not translated: '{entry['text']}'" in said.getvalue()
    assert emptied(entry) in catalogue.read_text()


def test_updating_drops_a_string_that_nothing_uses(catalogue, entry):
    replace(catalogue, entry, entry[0] + '\nmsgid "Obligations"\nmsgstr "义务"\n')
    call_command("messages", stdout=StringIO())
    assert "Obligations" not in catalogue.read_text()


def test_updating_compiles_a_new_translation(catalogue, entry):
    replace(catalogue, entry, entry[0].replace('msgstr "', 'msgstr "全新'))
    call_command("messages", stdout=StringIO())
    assert "全新".encode() in catalogue.with_suffix(".mo").read_bytes()


def test_a_plural_that_is_not_translated_yet_is_shown_in_english(catalogue):
    plural = re.search(
        r'msgid "(?P<one>.+)"\nmsgid_plural "(?P<many>.+)"\nmsgstr\[0\] ".+"\n',
        catalogue.read_text(),
    )
    replace(catalogue, plural, "")
    call_command("messages", stdout=StringIO())
    with catalogue.with_suffix(".mo").open("rb") as compiled:
        translations = GNUTranslations(compiled)
    assert translations.ngettext(plural["one"], plural["many"], 2) == plural["many"]


def test_updating_twice_changes_nothing_more(catalogue):
    call_command("messages", stdout=StringIO())
    before = contents(catalogue)
    call_command("messages", stdout=StringIO())
    assert contents(catalogue) == before

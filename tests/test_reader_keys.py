"""Every table a reader owns carries the reader's id, and is found by it: so it can be sharded."""

import pytest
from allauth.account import app_settings as accounts
from allauth.account.models import EmailConfirmation
from allauth.socialaccount import app_settings as providers
from allauth.socialaccount.models import SocialToken
from django.apps import apps
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models import CASCADE

# Tables of packages that know their reader through another table only: they stay empty.
INDIRECT = {EmailConfirmation, SocialToken}


def owners(model):
    """Return the columns of `model` that name a row without which its own would not be."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.is_relation and field.remote_field.on_delete is CASCADE
    ]


def owned_models():
    """Return the models whose rows go with a reader, however far from the table of users."""
    found = {get_user_model()}
    while True:
        models = {
            model
            for model in apps.get_models(include_auto_created=True)
            if any(field.related_model in found for field in owners(model))
        }
        if models <= found:
            return found - {get_user_model()}
        found |= models


def names_user(field):
    return field.is_relation and field.related_model is get_user_model()


def test_readers_own_what_this_is_about():
    names = {model._meta.label for model in owned_models()}
    assert names >= {"canon.Mark", "canon.Note", "canon.ReadingEvent", "canon.Suggestion"}


def test_each_table_of_a_reader_names_them_itself():
    direct = {model for model in owned_models() if any(map(names_user, owners(model)))}
    assert owned_models() - direct == INDIRECT


def test_the_tables_that_do_not_are_empty():
    assert accounts.EMAIL_CONFIRMATION_HMAC
    assert not providers.STORE_TOKENS


@pytest.mark.django_db
def test_each_reader_s_id_leads_an_index():
    for model in owned_models() - INDIRECT:
        (column,) = (field.column for field in owners(model) if names_user(field))
        with connection.cursor() as cursor:
            found = connection.introspection.get_constraints(cursor, model._meta.db_table)
        leading = {index["columns"][0] for index in found.values() if index["index"]}
        unique = {key["columns"][0] for key in found.values() if key["unique"]}
        assert column in leading | unique, model._meta.label

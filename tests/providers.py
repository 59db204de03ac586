"""Configures providers to sign in through, in a site that started without."""

from importlib import import_module

from allauth.socialaccount.providers import registry

from canon.environment import read_providers


def configure(monkeypatch, settings, variables):
    """Set the variables, and do what the settings and a start with them would have done."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    settings.SOCIALACCOUNT_PROVIDERS, origins = read_providers()
    for name in settings.SOCIALACCOUNT_PROVIDERS:
        module = import_module(f"allauth.socialaccount.providers.{name}.provider")
        for provider in module.provider_classes:
            monkeypatch.setitem(registry.provider_map, provider.id, provider)
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    settings.CONTENT_SECURITY_POLICY = {
        "DIRECTIVES": {**directives, "form-action": [*directives["form-action"], *origins]}
    }

from collections.abc import Collection
from typing import Any

# Imported so that they register what is taken off below.
from allauth.mfa import admin as mfa
from allauth.socialaccount import admin as socialaccount
from allauth.usersessions import admin as usersessions
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import CURATORS, User

# Their pages show secrets: keys of second steps, sessions, tokens of providers. Readers look
# after their own in their account, and providers stand in the settings.
admin.site.unregister(
    [
        mfa.Authenticator,
        socialaccount.SocialAccount,
        socialaccount.SocialApp,
        socialaccount.SocialToken,
        usersessions.UserSession,
    ]
)


@admin.register(User)
class UserAdmin(DjangoUserAdmin):
    """Django's user admin, with the e-mail address where it has the user name."""

    list_display = ("email", "is_active", "is_curator", "is_staff", "date_joined", "last_login")
    search_fields = ("email",)
    ordering = ("email",)
    actions = ("make_curators", "stop_curating")
    fieldsets = (
        (None, {"fields": ("email", "password")}),
        (
            _("Rights"),
            {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")},
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "usable_password", "password1", "password2"),
            },
        ),
    )
    readonly_fields = ("last_login", "date_joined")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Tell of each user in the same query whether they curate."""
        groups = User.groups.through.objects.filter(user=OuterRef("pk"), group__name=CURATORS)
        return super().get_queryset(request).annotate(is_curator=Exists(groups))

    @admin.display(description=_("curator"), boolean=True, ordering="is_curator")
    def is_curator(self, user: User) -> bool:
        """Return whether the user is in the group of curators."""
        return user.is_curator  # type: ignore[attr-defined]

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[Any], list[Any]]:
        """Name the users only: what they have marked and written is counted, never shown."""
        _named, counts, lacking, protected = super().get_deleted_objects(objs, request)
        return [str(user) for user in objs], counts, lacking, protected

    def has_appoint_permission(self, request: HttpRequest) -> bool:
        """Tell whether the user may say who curates: nobody is to raise themselves."""
        return bool(request.user.is_superuser)

    @admin.action(description=_("Make them curators"), permissions=["appoint"])
    def make_curators(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Let the chosen users into the admin, with the rights of curators."""
        users = list(queryset)
        for user in users:
            user.become_curator()
        self.tell(request, users, gettext("Made a curator."))
        text = ngettext("%(count)d user now curates.", "%(count)d users now curate.", len(users))
        self.message_user(request, text % {"count": len(users)}, messages.SUCCESS)

    @admin.action(description=_("Take the rights of curators"), permissions=["appoint"])
    def stop_curating(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Take the rights of curators from the chosen users."""
        users = list(queryset)
        for user in users:
            user.stop_curating()
        self.tell(request, users, gettext("No longer a curator."))
        text = ngettext(
            "%(count)d user no longer curates.", "%(count)d users no longer curate.", len(users)
        )
        self.message_user(request, text % {"count": len(users)}, messages.SUCCESS)

    def tell(self, request: HttpRequest, users: Collection[User], what: str) -> None:
        """Write into each user's log in the admin what was done."""
        for user in users:
            self.log_change(request, user, what)

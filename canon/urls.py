"""The addresses of the site. English has no prefix, Chinese has /zh-hans/."""

from allauth.account.decorators import secure_admin_login
from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path

from canon import views
from canon.sitemaps import ItemListSitemap, ItemSitemap

# Curators sign in as readers do: with two steps where they have set them, and within rate limits.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("robots.txt", views.robots_txt, name="robots_txt"),
    path("favicon.ico", views.favicon, name="favicon"),
    path(
        "sitemap.xml",
        sitemap,
        {"sitemaps": {"pages": ItemListSitemap, "items": ItemSitemap}},
        name="sitemap",
    ),
    path("accounts/", include("accounts.callback_urls")),
    *i18n_patterns(
        path("", views.item_list, name="item_list"),
        path("items/<slug:slug>/", views.item_detail, name="item_detail"),
        path("items/<slug:slug>/mark/", views.mark_item, name="mark_item"),
        path("items/<slug:slug>/dates/", views.edit_dates, name="edit_dates"),
        path("items/<slug:slug>/note/", views.edit_note, name="edit_note"),
        path("items/<slug:slug>/note/preview/", views.preview_note, name="preview_note"),
        path("marks/", views.mark_items, name="mark_items"),
        path("undo/<uuid:step>/", views.undo, name="undo"),
        path("notes/", views.note_list, name="note_list"),
        path("reading/", views.my_reading, name="my_reading"),
        path("reading/queue/<slug:slug>/", views.move_queued, name="move_queued"),
        path("reading/carry/<slug:slug>/", views.carry_mark, name="carry_mark"),
        path("reading/news/", views.dismiss_news, name="dismiss_news"),
        path("reading/transfer/", views.transfer, name="transfer"),
        path("reading/canon.json", views.export_json, name="export_json"),
        path("reading/canon.csv", views.export_csv, name="export_csv"),
        path("reading/notebook.zip", views.export_notebook, name="export_notebook"),
        path("reading/import/", views.import_reading, name="import_reading"),
        path("@<str:handle>/", views.public_progress, name="public_progress"),
        path("@<str:handle>/badge.svg", views.progress_badge, name="progress_badge"),
        path("accounts/", include("accounts.urls")),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]

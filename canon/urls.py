"""The addresses of the site. English has no prefix, Chinese has /zh-hans/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import include, path

from canon import views
from canon.sitemaps import ItemListSitemap, ItemSitemap

preview_item = admin.site.admin_view(views.preview_item)

handler400 = "canon.views.bad_request"
handler429 = "canon.views.too_often"
handler500 = "canon.views.server_error"

urlpatterns = [
    path("robots.txt", views.robots_txt, name="robots_txt"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("service-worker.js", views.service_worker, name="service_worker"),
    path(
        "sitemap.xml",
        sitemap,
        {
            "sitemaps": {"pages": ItemListSitemap, "items": ItemSitemap},
            "content_type": "application/xml; charset=utf-8",
        },
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
        path("map/", views.canon_map, name="canon_map"),
        path("items/<slug:slug>/report/", views.report_link, name="report_link"),
        path("marks/", views.mark_items, name="mark_items"),
        path("marks/held/", views.held_mark, name="held_mark"),
        path("undo/<uuid:step>/", views.undo, name="undo"),
        path("notes/", views.note_list, name="note_list"),
        path("reading/", views.my_reading, name="my_reading"),
        path("reading/queue/<slug:slug>/", views.move_queued, name="move_queued"),
        path("reading/carry/<slug:slug>/", views.carry_mark, name="carry_mark"),
        path("reading/news/", views.dismiss_news, name="dismiss_news"),
        path("suggest/", views.suggest_item, name="suggest_item"),
        path(
            "suggestions/<int:suggestion>/withdraw/",
            views.withdraw_suggestion,
            name="withdraw_suggestion",
        ),
        path("reading/transfer/", views.transfer, name="transfer"),
        path("reading/canon.json", views.export_json, name="export_json"),
        path("reading/canon.csv", views.export_csv, name="export_csv"),
        path("reading/notebook.zip", views.export_notebook, name="export_notebook"),
        path("reading/import/", views.import_reading, name="import_reading"),
        path("changes/", views.change_list, name="change_list"),
        path("changes/feed/", views.change_feed, name="change_feed"),
        path("offline/", views.offline, name="offline"),
        path("canon.webmanifest", views.manifest, name="manifest"),
        path("privacy/", views.privacy, name="privacy"),
        path("theme/", views.set_theme, name="set_theme"),
        path("shortcuts/", views.set_shortcuts, name="set_shortcuts"),
        path("welcome/", views.dismiss_welcome, name="dismiss_welcome"),
        path("@<str:handle>/", views.public_progress, name="public_progress"),
        path("@<str:handle>/badge.svg", views.progress_badge, name="progress_badge"),
        path("accounts/", include("accounts.urls")),
        path("admin/canon/item/add/preview/", preview_item, name="preview_new_item"),
        path("admin/canon/item/<int:item_id>/preview/", preview_item, name="preview_item"),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]

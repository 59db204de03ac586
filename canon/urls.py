"""The addresses of the site. English has no prefix, Chinese has /zh-hans/."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.contrib.sitemaps.views import sitemap
from django.urls import path

from canon import views
from canon.sitemaps import ItemListSitemap, ItemSitemap

urlpatterns = [
    path("robots.txt", views.robots_txt, name="robots_txt"),
    path("favicon.ico", views.favicon, name="favicon"),
    path(
        "sitemap.xml",
        sitemap,
        {"sitemaps": {"pages": ItemListSitemap, "items": ItemSitemap}},
        name="sitemap",
    ),
    *i18n_patterns(
        path("", views.item_list, name="item_list"),
        path("items/<slug:slug>/", views.item_detail, name="item_detail"),
        path("admin/", admin.site.urls),
        prefix_default_language=False,
    ),
]

"""The videos of `compare.py` by Django REST Framework, with its cursors, on SQLite.

DATABASE=… gunicorn serve_django:application

Runs in an environment of its own. It does no more than it must: no middleware, no authentication, no browsable pages.
"""

# mypy: disable-error-code="import-not-found,misc"

import os

import django
from django.conf import settings

settings.configure(
    DATABASES={
        "default": {"ENGINE": "django.db.backends.sqlite3", "NAME": os.environ["DATABASE"], "CONN_MAX_AGE": None}
    },
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework.generics import ListAPIView  # noqa: E402
from rest_framework.pagination import CursorPagination  # noqa: E402
from rest_framework.serializers import ModelSerializer  # noqa: E402


class Video(models.Model):
    """A row of compare.py's table."""

    video_id = models.TextField(primary_key=True)
    query = models.TextField()
    published_at = models.TextField()
    first_seen_at = models.TextField()
    fetched_at = models.TextField()
    title = models.TextField()
    description = models.TextField()
    channel_id = models.TextField()
    channel_title = models.TextField()
    live = models.TextField()
    duration_seconds = models.IntegerField()
    view_count = models.IntegerField()

    class Meta:
        app_label, db_table, managed = "bench", "videos", False


class Shown(ModelSerializer):
    """All its columns."""

    class Meta:
        model, fields = Video, "__all__"


class ByCursor(CursorPagination):
    ordering = ("-published_at", "-video_id")
    page_size_query_param, max_page_size = "page_size", 50


class Videos(ListAPIView):
    """A page."""

    queryset = Video.objects.filter(query="cricket")
    serializer_class = Shown
    pagination_class = ByCursor


urlpatterns = [path("videos", Videos.as_view())]
application = get_wsgi_application()

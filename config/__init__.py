"""The one room that knows every door: settings, urls, queue, health, start-up. It holds no clinical rule."""

from config.celery import app as celery_app

__all__ = ["celery_app"]

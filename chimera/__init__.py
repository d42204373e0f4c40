"""The roof: settings, URLs, Celery and the switchboard. It names everything; nothing below imports it."""

"""Celery's settings. Redis alone loses or parks tasks by default; these values were chosen so that a killed worker's
task is back within seconds (see docs/adr), and what must not be lost stands in PostgreSQL besides.
"""

from celery.schedules import crontab

from config.environment import environment

LONGEST_TASK_SECONDS = 900

CELERY_BROKER_URL = environment().redis_url.get_secret_value()
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # must outlast the longest task, or a second worker starts what the first is still doing
    "visibility_timeout": environment().broker_visibility_seconds,
    # kombu sweeps for parked messages every 10th of these intervals unless told otherwise: about 100 s
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    "unacked_mutex_expire": 15,
    # without a time-out a half-open connection leaves a worker alive and silent
    "socket_timeout": 10,
    "socket_connect_timeout": 5,
    "health_check_interval": 10,
    # who leaves a hint stands in somebody's request: one try, where kombu would sleep two seconds, then four, and try again;
    # workers and schedulers come back by their own rule (broker_connection_max_retries)
    "max_retries": 0,
    "interval_start": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = LONGEST_TASK_SECONDS
CELERY_TASK_SOFT_TIME_LIMIT = LONGEST_TASK_SECONDS - 30
CELERY_TASK_DEFAULT_QUEUE = "default"
# what takes long waits in a queue of its own, so that messages and scores never wait behind it
CELERY_TASK_ROUTES = {task: {"queue": "training"} for task in ("mlops.tasks.take_step", "mlops.tasks.watch_last_night")}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "deliver-messages": {"task": "clinical.tasks.deliver_messages", "schedule": 10.0},
    "continue-runs": {"task": "mlops.tasks.continue_runs", "schedule": 10.0},
    "retrain-every-week": {
        "task": "mlops.tasks.retrain_weekly",
        "schedule": crontab(minute=0, hour="2-23", day_of_week="sunday"),
    },
    "look-for-trouble": {"task": "mlops.tasks.look_for_trouble", "schedule": 60.0},
    "reconcile-register": {"task": "mlops.tasks.reconcile_register", "schedule": 300.0},
    "score-in-the-shadow": {"task": "mlops.tasks.score_in_the_shadow", "schedule": 60.0},
    "watch-last-night": {"task": "mlops.tasks.watch_last_night", "schedule": crontab(minute=30, hour=3)},
    "continue-uploads": {"task": "predictions.upload.tasks.continue_uploads", "schedule": 30.0},
    "forget-uploads": {"task": "predictions.upload.tasks.forget_uploads", "schedule": 3600.0},
    "continue-jobs": {"task": "predictions.api.tasks.continue_jobs", "schedule": 30.0},
    "forget-jobs": {"task": "predictions.api.tasks.forget_jobs", "schedule": 3600.0},
    "continue-messages": {"task": "predictions.hl7v2.tasks.continue_messages", "schedule": 300.0},
    "forget-messages": {"task": "predictions.hl7v2.tasks.forget_messages", "schedule": 3600.0},
    "score-what-waits": {"task": "predictions.tasks.score_waiting", "schedule": 60.0},
    "forget-old-calls": {"task": "clinical.tasks.forget_old_calls", "schedule": 3600.0},
    "verify-audit-chain": {"task": "clinical.tasks.verify_audit_chain", "schedule": 24 * 3600.0},
}

"""The doors of the REST API, version 1."""

from __future__ import annotations

from django.urls import URLPattern, path

from predictions.api import batches, encounters, follow_ups, history, jobs, lists, registry, schema_page

ENCOUNTER = "encounters/<uuid:encounter_id>"
JOB = "jobs/<uuid:job_id>"
PREDICTION = "predictions/<uuid:prediction_id>"

urlpatterns: list[URLPattern] = [
    path("encounters", encounters.Encounters.as_view(), name="api-encounters"),
    path("encounters/batch", batches.Batches.as_view(), name="api-batches"),
    path(ENCOUNTER, encounters.OneEncounter.as_view(), name="api-encounter"),
    path(f"{ENCOUNTER}/score", encounters.ScoreEncounter.as_view(), name="api-score"),
    path(f"{ENCOUNTER}/predictions", history.Predictions.as_view(), name="api-encounter-predictions"),
    path(f"{ENCOUNTER}/follow-ups", follow_ups.FollowUps.as_view(), name="api-follow-ups"),
    path(f"{ENCOUNTER}/outcome", follow_ups.OutcomeOfEncounter.as_view(), name="api-outcome"),
    path(PREDICTION, history.OnePrediction.as_view(), name="api-prediction"),
    path(f"{PREDICTION}/why", history.WhyPrediction.as_view(), name="api-why"),
    path(f"{PREDICTION}/story", history.StoryOfPrediction.as_view(), name="api-story"),
    path("jobs", jobs.Jobs.as_view(), name="api-jobs"),
    path(JOB, jobs.OneJob.as_view(), name="api-job"),
    path(f"{JOB}/cancel", jobs.CancelJob.as_view(), name="api-job-cancel"),
    path(f"{JOB}/result", jobs.ResultOfJob.as_view(), name="api-job-result"),
    path("worklist", lists.Worklist.as_view(), name="api-worklist"),
    path("models", registry.ModelVersions.as_view(), name="api-models"),
    path("models/current", registry.CurrentModel.as_view(), name="api-current-model"),
    path("models/<uuid:model_id>", registry.OneModel.as_view(), name="api-model"),
    path("models/<uuid:model_id>/card", registry.CardOfModel.as_view(), name="api-model-card"),
    path("schema", schema_page.schema_file, name="api-schema"),
    path("docs", schema_page.schema_page, name="api-schema-page"),
    path("health", registry.HealthOfTheDoor.as_view(), name="api-health"),
]

"""The route matrix: what everybody gets at each door. A route that is not listed here fails the suite.

An answer is an HTTP status, or the name of the page to which it leads. Alice is a nurse of the unit whose encounter
is asked for, Charlie of another; Dana approves, Frank administers, Erin audits, the EHR client is a system of Alice's
unit. The stranger has no session. Two stand before the second factor: half way has given a password and owes the
code; enrolling has no second factor yet.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.architecture.principals import ALICE, CHARLIE, DANA, EHR, ENROLLING, ERIN, FRANK, HALF_WAY, PRINCIPALS, STRANGER

Answers = dict[str, int | str]

SIGN_IN, CODE, SET_UP = "account_login", "mfa_authenticate", "mfa_activate_totp"
CONFIRM = "account_reauthenticate"
STAFF = (ALICE, CHARLIE, DANA, FRANK, ERIN, EHR)

# what protects a view that is not ours
ANYBODY = "allauth: anybody"
PASSWORD_GIVEN = "allauth: a password was given"
SIGNED_IN = "allauth: signed in"
JUST_CONFIRMED = "allauth: signed in, and confirmed anew"
ADMIN_SITE = "config.admin_site: role and second factor"
NOT_OURS = frozenset({ANYBODY, PASSWORD_GIVEN, SIGNED_IN, JUST_CONFIRMED, ADMIN_SITE})


def everybody(answer: int | str) -> Answers:
    return dict.fromkeys(PRINCIPALS, answer)


def inside(others: int | str = 403, **answers: int | str) -> Answers:
    """Behind both factors: strangers are sent to them; staff who are not named get `others`."""
    return {STRANGER: SIGN_IN, HALF_WAY: CODE, ENROLLING: SET_UP, **dict.fromkeys(STAFF, others), **answers}


def clinicians(answer: int | str, *, of_another_unit: int | str | None = None) -> Answers:
    return inside(alice=answer, charlie=answer if of_another_unit is None else of_another_unit)


def auditors(answer: int | str) -> Answers:
    return inside(erin=answer, enrolling=403)


def administrators(answer: int | str, *, approver: int | str = 403) -> Answers:
    return inside(frank=answer, dana=approver)


FIRST_PAGES = inside(alice="worklist", charlie="worklist", dana="admin:index", frank="admin:index", erin="audit")
NOT_TAKEN = everybody(405)


@dataclass(frozen=True)
class Door:
    """One route: its guard (the policy of our view, or what protects somebody else's) and the answers to each method."""

    guard: str
    get: Answers
    post: Answers
    example: str = ""


def only_get(guard: str, get: Answers, example: str = "") -> Door:
    return Door(guard, get, NOT_TAKEN, example)


def only_post(guard: str, post: Answers, example: str = "") -> Door:
    return Door(guard, NOT_TAKEN, post, example)


def both(guard: str, answers: Answers, example: str = "") -> Door:
    return Door(guard, answers, answers, example)


def system_door(*scopes: str, get: int = 401, post: int = 401, example: str = "") -> Door:
    """A door for systems knows tokens alone: a session opens nothing, whoever's it is. 405 where a method is not there."""
    return Door(f"ehr client: {'/'.join(scopes)}", everybody(get), everybody(post), example)


def admin_rooms(model: str, example: str, *, change: Answers | None = None) -> dict[str, Door]:
    """A model's six pages. Administrators alone, and nobody deletes."""
    place, row = f"admin/clinical/{model}", "<path:object_id>/"
    allowed = administrators(200)
    return {
        f"{place}/": both(ADMIN_SITE, allowed),
        f"{place}/add/": both(ADMIN_SITE, allowed),
        f"{place}/{row}history/": both(ADMIN_SITE, allowed, f"{place}/{example}/history/"),
        f"{place}/{row}delete/": both(ADMIN_SITE, inside(), f"{place}/{example}/delete/"),
        f"{place}/{row}change/": Door(ADMIN_SITE, allowed, change or allowed, f"{place}/{example}/change/"),
        f"{place}/{row}": both(ADMIN_SITE, administrators(f"admin:clinical_{model}_change"), f"{place}/{example}/"),
    }


def reading(example: str) -> Door:
    """A page about models, for approvers and administrators."""
    return Door(ADMIN_SITE, administrators(200, approver=200), administrators(405, approver=405), example)


def deciding(example: str) -> Door:
    """Approvers alone; an empty form is refused."""
    return Door(ADMIN_SITE, administrators(405, approver=405), administrators(403, approver=422), example)


def set_by_administrators(model: str, example: str, *, may_add: bool) -> dict[str, Door]:
    """Six pages of what administrators set about watching and approvers read; nobody deletes."""
    place, row, read = f"admin/mlops/{model}", "<path:object_id>/", administrators(200, approver=200)
    changed = administrators(200)
    return {
        f"{place}/": both(ADMIN_SITE, read),
        f"{place}/add/": both(ADMIN_SITE, changed if may_add else inside()),
        f"{place}/{row}history/": both(ADMIN_SITE, read, f"{place}/{example}/history/"),
        f"{place}/{row}delete/": both(ADMIN_SITE, inside(), f"{place}/{example}/delete/"),
        f"{place}/{row}change/": Door(ADMIN_SITE, read, changed, f"{place}/{example}/change/"),
        f"{place}/{row}": both(
            ADMIN_SITE,
            administrators(f"admin:mlops_{model}_change", approver=f"admin:mlops_{model}_change"),
            f"{place}/{example}/",
        ),
    }


SYSTEMS = "admin/clinical/ehrclient/"


def changing_a_way_in(what: str, *, get: int = 405) -> Door:
    """Administrators who proved a moment ago who they are."""
    return Door(ADMIN_SITE, administrators(get), administrators(CONFIRM), f"{SYSTEMS}{{system}}/{what}")


ENCOUNTER = "encounters/<uuid:public_id>/"
API_ENCOUNTER = "api/v1/encounters/<uuid:encounter_id>"
API_PREDICTION, API_MODEL = "api/v1/predictions/<uuid:prediction_id>", "api/v1/models/<uuid:model_id>"
API_JOB = "api/v1/jobs/<uuid:job_id>"
A_UUID = "00000000-0000-4000-8000-000000000000"
VERSIONS, RUNS, ROW = "admin/predictions/modelversion/", "admin/mlops/trainingrun/", "<uuid:public_id>/"
TRIALS = "admin/mlops/shadowtrial/"
REPORTS = "admin/mlops/conformancereport/"
NIGHTS, INCIDENTS = "admin/mlops/monitoringnight/", "admin/mlops/incident/"

ROUTES: dict[str, Door] = {
    # --- ours ---
    "": only_get("signed in", FIRST_PAGES),
    "health/live": only_get("public", everybody(200)),
    "health/ready": only_get("public", everybody(200)),
    "health/model": only_get("public", everybody(404)),  # of the api role, and this one shows pages
    "appearance/": only_post("public", FIRST_PAGES),
    "worklist/": only_get("clinician", clinicians(200)),
    "worklist/search/": only_post("clinician", clinicians("worklist")),
    ENCOUNTER: only_get("clinician", clinicians(200, of_another_unit=404), "encounters/{encounter}/"),
    f"{ENCOUNTER}follow-ups/": Door(
        "clinician",
        get=clinicians("encounter", of_another_unit=404),
        post=clinicians(422, of_another_unit=404),
        example="encounters/{encounter}/follow-ups/",
    ),
    "uploads/": Door("clinician", get=clinicians(200), post=clinicians(422)),
    "uploads/template.csv": only_get("clinician", clinicians(200)),
    f"uploads/{ROW}": only_get("clinician", clinicians(200, of_another_unit=404), "uploads/{upload}/"),
    f"uploads/{ROW}import/": only_post("clinician", clinicians("upload", of_another_unit=404), "uploads/{upload}/import/"),
    f"uploads/{ROW}discard/": only_post("clinician", clinicians("uploads", of_another_unit=404), "uploads/{upload}/discard/"),
    f"uploads/{ROW}refused.csv": only_get("clinician", clinicians(200, of_another_unit=404), "uploads/{upload}/refused.csv"),
    "audit/": only_get("auditor", auditors(200)),
    "audit/verify/": only_post("auditor", auditors("audit")),
    # --- doors for systems: REST ---
    "oauth/token": only_post("public", everybody(400)),
    "oauth/revoke": only_post("public", everybody(400)),
    ".well-known/smart-configuration": only_get("public", everybody(200)),
    "api/v1/encounters": system_door("encounter.read", "encounter.write"),
    f"{API_ENCOUNTER}": system_door("encounter.read", "encounter.write", example="api/v1/encounters/{encounter}"),
    "api/v1/encounters/batch": system_door("encounter.write"),
    f"{API_ENCOUNTER}/score": system_door("prediction.write", example="api/v1/encounters/{encounter}/score"),
    f"{API_ENCOUNTER}/predictions": system_door("prediction.read", example="api/v1/encounters/{encounter}/predictions"),
    f"{API_ENCOUNTER}/follow-ups": system_door(
        "followup.read", "followup.write", example="api/v1/encounters/{encounter}/follow-ups"
    ),
    f"{API_ENCOUNTER}/outcome": system_door("encounter.read", "outcome.write", example="api/v1/encounters/{encounter}/outcome"),
    f"{API_PREDICTION}": system_door("prediction.read", example=f"api/v1/predictions/{A_UUID}"),
    f"{API_PREDICTION}/why": system_door("prediction.read", example=f"api/v1/predictions/{A_UUID}/why"),
    f"{API_PREDICTION}/story": system_door("prediction.read", example=f"api/v1/predictions/{A_UUID}/story"),
    "api/v1/jobs": system_door("encounter.read", "encounter.write"),
    f"{API_JOB}": system_door("encounter.read", example=f"api/v1/jobs/{A_UUID}"),
    f"{API_JOB}/cancel": system_door("encounter.write", example=f"api/v1/jobs/{A_UUID}/cancel"),
    f"{API_JOB}/result": system_door("encounter.read", example=f"api/v1/jobs/{A_UUID}/result"),
    "api/v1/worklist": system_door("worklist.read"),
    "api/v1/models": system_door("model.read"),
    "api/v1/models/current": system_door("model.read"),
    f"{API_MODEL}": system_door("model.read", example="api/v1/models/{version}"),
    f"{API_MODEL}/card": system_door("model.read", example="api/v1/models/{version}/card"),
    "api/v1/schema": only_get("public", everybody(200)),
    "api/v1/docs": only_get("public", everybody(200)),
    "api/v1/health": system_door("model.read"),
    # --- launched by an EHR ---
    "smart/launch": only_get("public", everybody(400)),
    "smart/callback": only_get("public", everybody(400)),
    # --- doors for systems: FHIR R4 ---
    "fhir": system_door("system/*.c"),
    "fhir/": system_door("system/*.c"),
    "fhir/metadata": only_get("public", everybody(200)),
    "fhir/.well-known/smart-configuration": only_get("public", everybody(200)),
    "fhir/$process-message": system_door("system/*.c"),
    "fhir/<str:resource_type>": system_door("system/*.rs", "system/*.c", example="fhir/Patient"),
    "fhir/<str:resource_type>/_search": system_door("system/*.rs", example="fhir/Patient/_search"),
    "fhir/<str:resource_type>/<str:resource_id>": system_door(
        "system/*.rs", "system/*.u", example="fhir/Encounter/{encounter}"
    ),
    # --- doors for systems: CDS Hooks ---
    "cds-services": system_door("cds.call"),
    "cds-services/<str:service_id>": system_door("cds.call", example="cds-services/readmission-30d"),
    "cds-services/<str:service_id>/feedback": system_door("cds.call", example="cds-services/readmission-30d/feedback"),
    # --- signing in and out ---
    "accounts/login/": both(ANYBODY, {**FIRST_PAGES, STRANGER: 200}),
    "accounts/logout/": Door(SIGNED_IN, get=inside(200, enrolling=200), post=everybody(SIGN_IN)),
    "accounts/inactive/": only_get(ANYBODY, everybody(200)),
    "accounts/reauthenticate/": both(SIGNED_IN, inside(200, enrolling=200)),
    "accounts/password/change/": both(SIGNED_IN, inside(200)),
    "accounts/2fa/": Door(SIGNED_IN, get=inside(200, enrolling=200), post=inside(405, enrolling=405)),
    "accounts/2fa/authenticate/": both(PASSWORD_GIVEN, {**FIRST_PAGES, HALF_WAY: 200}),
    "accounts/2fa/reauthenticate/": both(SIGNED_IN, inside(200, enrolling=CONFIRM)),
    "accounts/2fa/totp/activate/": both(JUST_CONFIRMED, inside(CONFIRM, enrolling=200)),
    "accounts/2fa/totp/deactivate/": both(JUST_CONFIRMED, inside(CONFIRM, enrolling=404)),
    "accounts/2fa/recovery-codes/": Door(SIGNED_IN, get=inside(404, enrolling=404), post=inside(405, enrolling=405)),
    "accounts/2fa/recovery-codes/generate/": both(JUST_CONFIRMED, inside(CONFIRM)),
    "accounts/2fa/recovery-codes/download/": both(SIGNED_IN, inside(404, enrolling=404)),
    # --- administration ---
    "admin/": both(ADMIN_SITE, administrators(200, approver=200)),
    "admin/login/": both(ADMIN_SITE, administrators("admin:index", approver="admin:index")),
    "admin/logout/": Door(ADMIN_SITE, administrators(405, approver=405), administrators(200, approver=200)),
    "admin/password_change/": both(ADMIN_SITE, administrators("account_change_password", approver="account_change_password")),
    "admin/password_change/done/": Door(ADMIN_SITE, administrators(200, approver=200), administrators(405, approver=405)),
    "admin/autocomplete/": Door(ADMIN_SITE, inside(), administrators(405, approver=405)),
    "admin/jsi18n/": Door(ADMIN_SITE, administrators(200, approver=200), administrators(405, approver=405)),
    "admin/r/<path:content_type_id>/<path:object_id>/": both(ADMIN_SITE, administrators(404, approver=404), "admin/r/1/1/"),
    **admin_rooms("careunit", "{unit}"),
    **admin_rooms("user", "{user}"),
    **admin_rooms("staffmembership", "{membership}", change=inside()),
    **admin_rooms("ehridentity", "{ehr_identity}"),
    f"{SYSTEMS}": Door(ADMIN_SITE, administrators(200), administrators(405)),
    f"{SYSTEMS}register/": Door(ADMIN_SITE, administrators(200), administrators(422)),
    f"{SYSTEMS}{ROW}": Door(ADMIN_SITE, administrators(200), administrators(405), f"{SYSTEMS}{{system}}/"),
    f"{SYSTEMS}{ROW}calls/": Door(ADMIN_SITE, administrators(200), administrators(405), f"{SYSTEMS}{{system}}/calls/"),
    f"{SYSTEMS}{ROW}rotate/": Door(ADMIN_SITE, administrators(405), administrators(422), f"{SYSTEMS}{{system}}/rotate/"),
    f"{SYSTEMS}{ROW}keys/": changing_a_way_in("keys/"),
    f"{SYSTEMS}{ROW}revoke/<int:credential_id>/": changing_a_way_in("revoke/{credential}/"),
    f"{SYSTEMS}{ROW}switch-off/": changing_a_way_in("switch-off/"),
    f"{SYSTEMS}{ROW}grants/<uuid:unit_id>/": changing_a_way_in("grants/{unit_id}/", get=200),
    "admin/clinical/user/<id>/password/": both(ADMIN_SITE, administrators(200), "admin/clinical/user/{user}/password/"),
    # --- models ---
    f"{VERSIONS}": reading(f"{VERSIONS}"),
    f"{VERSIONS}rollback/": both(ADMIN_SITE, administrators(409, approver=409), f"{VERSIONS}rollback/"),
    f"{VERSIONS}which/": reading(f"{VERSIONS}which/"),
    f"{VERSIONS}{ROW}": reading(f"{VERSIONS}{{version}}/"),
    f"{VERSIONS}{ROW}story/": reading(f"{VERSIONS}{{version}}/story/"),
    f"{VERSIONS}{ROW}card/": reading(f"{VERSIONS}{{version}}/card/"),
    f"{VERSIONS}{ROW}evidence/": reading(f"{VERSIONS}{{version}}/evidence/"),
    f"{VERSIONS}{ROW}approve/": deciding(f"{VERSIONS}{{version}}/approve/"),
    f"{VERSIONS}{ROW}reject/": deciding(f"{VERSIONS}{{version}}/reject/"),
    f"{VERSIONS}{ROW}promote/": deciding(f"{VERSIONS}{{version}}/promote/"),
    f"{RUNS}": reading(f"{RUNS}"),
    f"{RUNS}start/": Door(ADMIN_SITE, administrators(200, approver=200), administrators(409, approver=409), f"{RUNS}start/"),
    f"{RUNS}{ROW}": reading(f"{RUNS}{{run}}/"),
    f"{RUNS}{ROW}cancel/": Door(
        ADMIN_SITE,
        administrators(200, approver=200),
        administrators("admin:mlops_trainingrun_change", approver="admin:mlops_trainingrun_change"),
        f"{RUNS}{{run}}/cancel/",
    ),
    f"{TRIALS}": reading(f"{TRIALS}"),
    f"{TRIALS}start/{ROW}": Door(
        ADMIN_SITE, administrators(200, approver=200), administrators(422, approver=422), f"{TRIALS}start/{{version}}/"
    ),
    f"{TRIALS}{ROW}": reading(f"{TRIALS}{{trial}}/"),
    f"{TRIALS}{ROW}end/": deciding(f"{TRIALS}{{trial}}/end/"),
    # --- the doors for systems, asked by the site itself ---
    f"{REPORTS}": Door(ADMIN_SITE, administrators(200), administrators(405, approver=405), f"{REPORTS}"),
    f"{REPORTS}start/": Door(
        ADMIN_SITE, administrators(405, approver=405), administrators(409), f"{REPORTS}start/"
    ),  # no address is set
    f"{REPORTS}{ROW}": Door(ADMIN_SITE, administrators(200), administrators(405, approver=405), f"{REPORTS}{{report}}/"),
    # --- watching ---
    f"{NIGHTS}": reading(f"{NIGHTS}"),
    f"{INCIDENTS}": reading(f"{INCIDENTS}"),
    f"{INCIDENTS}{ROW}": reading(f"{INCIDENTS}{{incident}}/"),
    f"{INCIDENTS}{ROW}acknowledge/": Door(
        ADMIN_SITE,
        administrators(405, approver=405),
        administrators("admin:mlops_incident_change", approver="admin:mlops_incident_change"),
        f"{INCIDENTS}{{incident}}/acknowledge/",
    ),
    f"{INCIDENTS}{ROW}close/": Door(
        ADMIN_SITE,
        administrators(405, approver=405),
        administrators(422, approver=422),
        f"{INCIDENTS}{{incident}}/close/",
    ),
    **set_by_administrators("driftthreshold", "feature_psi", may_add=False),
    **set_by_administrators("notificationchannel", "{channel}", may_add=True),
    r"admin/^(?P<app_label>clinical|mlops|predictions)/$": both(
        ADMIN_SITE, administrators(200, approver=404), "admin/clinical/"
    ),
    r"admin/(?P<url>.*)$": both(ADMIN_SITE, administrators(404, approver=404), "admin/nowhere/"),
}

"""Every value that the deployment decides, typed and checked once at start-up; nothing secret has a default.

A wrong value stops the process with the name of the variable and the reason, before it can serve a patient.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Self
from zoneinfo import available_timezones

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from predictions.signing import private_key_from, public_key_from

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
SECRET_KEY_MINIMUM_CHARACTERS = 50
_FOLDER_OR_BUCKET = r"^(/|s3://[^/]+)"


class Mode(StrEnum):
    """Where this process stands: only `production` may hold real patients."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class Role(StrEnum):
    """What this process does; one image serves all five."""

    WEB = "web"
    API = "api"
    WORKER = "worker"
    BEAT = "beat"
    MLLP = "mllp"


# known by these names everywhere, so without a prefix of ours
_PLAIN_NAMES = {"DATABASE_URL", "DATABASE_OWNER_URL", "MLFLOW_TRACKING_URI", "REDIS_URL"}


class ConfigurationError(SystemExit):
    """The environment is not usable: the message names each variable and what is wrong with it."""


class Environment(BaseSettings):
    """The settings table of docs/settings.md, one field a row."""

    model_config = SettingsConfigDict(env_prefix="WARDLIGHT_", extra="ignore", hide_input_in_errors=True)

    mode: Mode = Mode.PRODUCTION
    role: Role = Role.WEB
    secret_key: SecretStr = Field(min_length=SECRET_KEY_MINIMUM_CHARACTERS)
    allowed_hosts: Annotated[list[str], NoDecode] = Field(min_length=1)
    trusted_origins: Annotated[list[str], NoDecode] = []
    database_url: str = Field(validation_alias=AliasChoices("DATABASE_URL"), pattern=r"^postgres(ql)?://")
    database_owner_url: str | None = Field(
        default=None, validation_alias=AliasChoices("DATABASE_OWNER_URL"), pattern=r"^postgres(ql)?://"
    )
    redis_url: SecretStr = Field(validation_alias=AliasChoices("REDIS_URL"))
    artefacts: str = Field(default=str(VAR / "artefacts"), pattern=_FOLDER_OR_BUCKET)
    lake: str = Field(default=str(VAR / "lake"), pattern=_FOLDER_OR_BUCKET)
    dataset: Path | None = None
    demo_logins: bool = False
    insecure_http: bool = False
    proxy_hops: int = Field(default=0, ge=0, le=5)
    log_level: str = Field(default="INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR)$")
    session_idle_minutes: int = Field(default=15, ge=5, le=60)
    session_absolute_hours: int = Field(default=12, ge=1, le=24)
    broker_visibility_seconds: int = Field(default=960, ge=1, le=86_400)
    signing_key: SecretStr | None = None
    verify_keys: Annotated[list[str], NoDecode] = []
    outcome_lag_days: int = Field(default=7, ge=0, le=120)
    gate_profile: str = Field(default="default", pattern=r"^[a-z_]+$")
    training: str = Field(default="local", pattern=r"^(local|sagemaker)$")
    training_store: str = Field(default=str(VAR / "training"), pattern=_FOLDER_OR_BUCKET)
    training_threads: int = Field(default=0, ge=0, le=256)
    training_most_seconds: int = Field(default=3600, ge=60, le=432_000)
    sagemaker_role: str | None = Field(default=None, pattern=r"^arn:aws[a-z-]*:iam::\d{12}:role/")
    sagemaker_image: str | None = None
    sagemaker_instance: str = Field(default="ml.m5.2xlarge", pattern=r"^ml\.[a-z0-9]+\.[a-z0-9]+$")
    sagemaker_spot: bool = True
    sagemaker_wait_seconds: int = Field(default=7200, ge=60, le=432_000)
    sagemaker_subnets: Annotated[list[str], NoDecode] = []
    sagemaker_security_groups: Annotated[list[str], NoDecode] = []
    aws_region: str | None = Field(default=None, pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")
    aws_endpoint: str | None = Field(default=None, pattern=r"^https?://")
    aws_kms_key: str | None = None
    events_queue: str | None = Field(default=None, pattern=r"^https?://")
    events_data: str | None = Field(default=None, pattern=r"^s3://[^/]+")
    run_seed: int = Field(default=43, ge=0, le=2**31 - 1)
    run_hold_seconds: int = Field(default=30, ge=1, le=600)
    auto_promote: bool = False
    retrain_on_drift: bool = False
    retrain_cooldown_days: int = Field(default=14, ge=1, le=365)
    public_address: str = Field(default="", pattern=r"^(https?://[^/]+)?$")
    calls_per_minute: int = Field(default=30_000, ge=1, le=10_000_000)
    api_address: str = Field(default="", pattern=r"^(https?://[^/]+)?$")
    webhook_hosts: Annotated[list[str], NoDecode] = []
    cors_origins: Annotated[list[str], NoDecode] = []
    jwks_hosts: Annotated[list[str], NoDecode] = []
    smart_issuers: Annotated[dict[str, str], NoDecode] = {}
    smart_hosts: Annotated[list[str], NoDecode] = []
    smtp_host: str = ""
    smtp_port: int = Field(default=587, ge=1, le=65_535)
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_security: str = Field(default="starttls", pattern=r"^(starttls|tls|none)$")
    email_from: str = Field(default="wardlight@localhost", pattern=r"^[^@\s]+@[^@\s]+$")
    mlflow_tracking_uri: str | None = Field(default=None, validation_alias=AliasChoices("MLFLOW_TRACKING_URI"))
    mlflow_experiment: str = Field(default="wardlight", min_length=1, max_length=200)
    mlflow_model_prefix: str = Field(default="", pattern=r"^([\w-]+\.){0,2}$")
    champion_poll_seconds: int = Field(default=5, ge=1, le=300)
    upload_most_mebibytes: int = Field(default=128, ge=1, le=2048)
    upload_most_rows: int = Field(default=200_000, ge=1, le=2_000_000)
    upload_keep_hours: int = Field(default=24, ge=1, le=720)
    site_timezone: str = "UTC"
    hl7_keep_days: int = Field(default=30, ge=1, le=3650)

    @field_validator(
        "allowed_hosts",
        "trusted_origins",
        "verify_keys",
        "webhook_hosts",
        "cors_origins",
        "jwks_hosts",
        "smart_hosts",
        "sagemaker_subnets",
        "sagemaker_security_groups",
        mode="before",
    )
    @classmethod
    def _split_commas(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("smart_issuers", mode="before")
    @classmethod
    def _issuers_with_client_ids(cls, value: object) -> object:
        """`https://ehr.example/fhir=our-client-id`, separated by commas."""
        if not isinstance(value, str):
            return value
        pairs = [part.strip().rpartition("=") for part in value.split(",") if part.strip()]
        if not all(re.match(r"^https?://[^/]", address) and client_id for address, _equals, client_id in pairs):
            msg = "must be FHIR addresses, each with = and the client id that the EHR gave, separated by commas"
            raise ValueError(msg)
        return {address.rstrip("/"): client_id for address, _equals, client_id in pairs}

    @field_validator("site_timezone")
    @classmethod
    def _is_a_time_zone(cls, value: str) -> str:
        if value not in available_timezones():
            msg = "must be a time zone by its IANA name, such as America/New_York"
            raise ValueError(msg)
        return value

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("redis://", "rediss://")):
            msg = "must start with redis:// or rediss://"
            raise ValueError(msg)
        return value

    @field_validator("signing_key", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("signing_key")
    @classmethod
    def _is_private_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            private_key_from(value.get_secret_value())
        return value

    @field_validator("verify_keys")
    @classmethod
    def _are_public_keys(cls, value: list[str]) -> list[str]:
        for key in value:
            public_key_from(key)
        return value

    @field_validator("mlflow_tracking_uri", mode="before")
    @classmethod
    def _is_a_server(cls, value: object) -> object:
        if value is None or value == "":
            return None
        if not re.match(r"^(https?://[^/]|databricks(://.*)?$)", str(value)):
            # MLflow would take a folder or a database for a register, and each process would write into one of its own
            msg = "must be the address of an MLflow server (http:// or https://) or databricks; no file, folder or database"
            raise ValueError(msg)
        return value

    @model_validator(mode="after")
    def _sagemaker_is_told_all(self) -> Self:
        if self.training != "sagemaker":
            return self
        lacking = [name for name in ("sagemaker_role", "sagemaker_image") if not getattr(self, name)]
        if lacking:
            msg = f"WARDLIGHT_TRAINING=sagemaker needs {' and '.join(f'WARDLIGHT_{name.upper()}' for name in lacking)}"
            raise ValueError(msg)
        if not self.training_store.startswith("s3://"):
            msg = "WARDLIGHT_TRAINING=sagemaker needs a WARDLIGHT_TRAINING_STORE that begins with s3://"
            raise ValueError(msg)
        if bool(self.sagemaker_subnets) != bool(self.sagemaker_security_groups):
            msg = "WARDLIGHT_SAGEMAKER_SUBNETS and WARDLIGHT_SAGEMAKER_SECURITY_GROUPS are given together or not at all"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _production_launches_over_tls(self) -> Self:
        if self.mode is Mode.PRODUCTION and not all(address.startswith("https://") for address in self.smart_issuers):
            msg = "WARDLIGHT_SMART_ISSUERS must begin with https:// in production"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _production_tightens(self) -> Self:
        if self.mode is not Mode.PRODUCTION:
            return self
        if self.demo_logins:
            msg = "WARDLIGHT_DEMO_LOGINS publishes passwords and is refused in production"
            raise ValueError(msg)
        if self.insecure_http:
            msg = "WARDLIGHT_INSECURE_HTTP sends patient data in the clear and is refused in production"
            raise ValueError(msg)
        if self.api_address.startswith("http://"):
            msg = "WARDLIGHT_API_ADDRESS sends a client's secret in the clear: it must begin with https:// in production"
            raise ValueError(msg)
        if self.smtp_host and self.smtp_security == "none":
            msg = "WARDLIGHT_SMTP_SECURITY=none sends passwords in the clear and is refused in production"
            raise ValueError(msg)
        if "*" in self.allowed_hosts:
            msg = "WARDLIGHT_ALLOWED_HOSTS may not be * in production"
            raise ValueError(msg)
        if self.role in {Role.API, Role.WORKER} and not self.verify_keys:
            msg = f"WARDLIGHT_VERIFY_KEYS is missing: the role {self.role} loads models, and trusts only signed ones"
            raise ValueError(msg)
        return self


@cache
def environment() -> Environment:
    """The checked environment of this process; exits with a readable list when it is not usable."""
    try:
        return Environment()
    except ValidationError as refused:
        raise ConfigurationError(_readable(refused)) from None


def _readable(refused: ValidationError) -> str:
    lines = [f"  {_variable_name(error['loc'])}: {error['msg']}" for error in refused.errors(include_input=False)]
    return "Wardlight cannot start; the environment is not usable:\n" + "\n".join(lines)


def _variable_name(location: tuple[int | str, ...]) -> str:
    name = str(location[0]) if location else "combination"
    return name.upper() if name.upper() in _PLAIN_NAMES else f"WARDLIGHT_{name.upper()}"

"""Every value that the deployment decides, typed and checked once at start-up; nothing secret has a default.

A wrong value stops the process with the name of the variable and the reason, before it can serve a patient.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var"
SECRET_KEY_MINIMUM_CHARACTERS = 50


class Mode(StrEnum):
    """Where this process stands: only `production` may hold real patients."""

    PRODUCTION = "production"
    DEMO = "demo"
    TEST = "test"


class Role(StrEnum):
    """What this process does; one image serves all four."""

    WEB = "web"
    API = "api"
    WORKER = "worker"
    BEAT = "beat"


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
    artefacts: Path = VAR / "artefacts"
    lake: str = Field(default=str(VAR / "lake"), pattern=r"^(/|s3://[^/]+)")
    dataset: Path | None = None
    demo_logins: bool = False
    insecure_http: bool = False
    proxy_hops: int = Field(default=0, ge=0, le=5)
    log_level: str = Field(default="INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR)$")
    session_idle_minutes: int = Field(default=15, ge=5, le=60)
    session_absolute_hours: int = Field(default=12, ge=1, le=24)
    broker_visibility_seconds: int = Field(default=960, ge=1, le=86_400)
    outcome_lag_days: int = Field(default=7, ge=0, le=120)
    gate_profile: str = Field(default="default", pattern=r"^[a-z_]+$")
    training: str = Field(default="local", pattern=r"^(local|sagemaker)$")
    run_hold_seconds: int = Field(default=30, ge=1, le=600)
    auto_promote: bool = False
    champion_poll_seconds: int = Field(default=5, ge=1, le=300)

    @field_validator("allowed_hosts", "trusted_origins", mode="before")
    @classmethod
    def _split_commas(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value().startswith(("redis://", "rediss://")):
            msg = "must start with redis:// or rediss://"
            raise ValueError(msg)
        return value

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
        if "*" in self.allowed_hosts:
            msg = "WARDLIGHT_ALLOWED_HOSTS may not be * in production"
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
    return name.upper() if name.upper() in {"DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL"} else f"WARDLIGHT_{name.upper()}"

"""What administrators fill in about systems."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings

from clinical.clients.keys import key_set_from
from clinical.clients.scopes import VERBS, is_scope
from clinical.egress import AddressRefusedError, target_at
from clinical.models import EhrClient

_OVERLAPS = (("0", "End it now"), ("1", "One hour"), ("24", "One day"), ("168", "Seven days"))
LONGEST_KEY_SET = 65_536


class NameForm(forms.Form):
    """A system that is to be registered."""

    name = forms.CharField(
        label="Name of the system", max_length=80, error_messages={"required": "Give the system a name."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if EhrClient.objects.filter(name=name).exists():
            msg = "A system of this name is registered. Give it a new id and secret on its own page."
            raise forms.ValidationError(msg)
        return name


class RotationForm(forms.Form):
    """A new id and secret."""

    hours = forms.ChoiceField(label="How long the present one still counts", choices=_OVERLAPS, initial="24")

    @property
    def overlap(self) -> timedelta:
        return timedelta(hours=int(self.cleaned_data["hours"]))


class GrantForm(forms.Form):
    """What a system may do on one ward."""

    scopes = forms.MultipleChoiceField(
        label="It may", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(scope, f"{words} ({scope})") for scope, words in VERBS.items()],
    )  # fmt: skip
    others = forms.CharField(
        label="Further SMART scopes, such as system/Patient.rs, with blanks between them", required=False, max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    everywhere = forms.BooleanField(label="The same on every open ward", required=False)

    @classmethod
    def of(cls, held: set[str]) -> GrantForm:
        return cls(initial={"scopes": sorted(held & set(VERBS)), "others": " ".join(sorted(held - set(VERBS)))})

    def clean_others(self) -> list[str]:
        named = str(self.cleaned_data["others"]).split()
        unknown = [scope for scope in named if not is_scope(scope)]
        if unknown:
            msg = f"This is no scope: {unknown[0]}"
            raise forms.ValidationError(msg)
        return named

    @property
    def chosen(self) -> list[str]:
        return sorted({*self.cleaned_data["scopes"], *self.cleaned_data["others"]})


class KeysForm(forms.Form):
    """How a system signs."""

    jwks = forms.CharField(
        label="Public keys (a JWK Set)", required=False, max_length=LONGEST_KEY_SET,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
    )  # fmt: skip
    jwks_url = forms.CharField(
        label="Address of its key set (https, at a host in WARDLIGHT_JWKS_HOSTS)", required=False, max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    issuer = forms.URLField(
        label="What it calls itself in CDS Hooks (iss)", required=False, max_length=200, assume_scheme="https",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"invalid": "Give an address, as https://ehr.example."},
    )  # fmt: skip

    def __init__(self, *args: Any, client: EhrClient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.client = client

    @classmethod
    def of(cls, client: EhrClient) -> KeysForm:
        text = json.dumps(client.jwks, indent=2) if client.jwks else ""
        return cls(client=client, initial={"jwks": text, "jwks_url": client.jwks_url, "issuer": client.issuer})

    def clean_jwks(self) -> dict[str, Any] | None:
        text: str = self.cleaned_data["jwks"]
        if not text:
            return None
        found = key_set_from(text)
        if found is None:
            msg = (
                "No usable key set: public RSA keys of at least 2,048 bits or EC keys on P-384, and nothing secret among them."
            )
            raise forms.ValidationError(msg)
        return found

    def clean_jwks_url(self) -> str:
        address: str = self.cleaned_data["jwks_url"]
        if address:
            try:
                target_at(address, hosts=settings.JWKS_HOSTS)
            except AddressRefusedError as error:
                msg = "Keys may not be fetched from there: it must be https, at a host that the operator lists."
                raise forms.ValidationError(msg) from error
        return address

    def clean_issuer(self) -> str:
        issuer: str = self.cleaned_data["issuer"]
        others = EhrClient.objects.filter(issuer=issuer, is_active=True).exclude(pk=self.client.pk)
        if issuer and others.exists():
            msg = f"{others.get()} calls itself so: one of them could not be told from the other."
            raise forms.ValidationError(msg)
        return issuer

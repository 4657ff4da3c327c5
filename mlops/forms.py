"""What people fill in about models: a decision with its reason, a reason alone."""

from __future__ import annotations

from datetime import date, datetime, time

from django import forms
from django.utils import timezone

from mlops.models import ShadowDecision
from mlops.releases import SHORTEST_REASON_CHARACTERS

LONGEST_REASON_CHARACTERS = 2_000
_TOO_SHORT = f"Write a reason of at least {SHORTEST_REASON_CHARACTERS} characters: it stays with the decision."


def _reason(*, longest: int, rows: int) -> forms.CharField:
    return forms.CharField(
        label="Reason",
        min_length=SHORTEST_REASON_CHARACTERS,
        max_length=longest,
        error_messages={"required": _TOO_SHORT, "min_length": _TOO_SHORT},
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class ReasonForm(forms.Form):
    """Why something is done, in the person's own words."""

    reason = _reason(longest=LONGEST_REASON_CHARACTERS, rows=4)


class RetrainForm(ReasonForm):
    """Why a model is trained anew; told in the run's log."""

    reason = _reason(longest=300, rows=3)


class ApprovalForm(ReasonForm):
    """An approval may end by itself, and brings the version into office at once unless that is not wanted."""

    expires_on = forms.DateField(
        label="Valid until (may stay empty)",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Give a day as 2027-03-31."},
    )
    promote = forms.BooleanField(label="Make it the champion at once", required=False, initial=True)

    def clean_expires_on(self) -> date | None:
        day: date | None = self.cleaned_data["expires_on"]
        if day is not None and day <= timezone.localdate():
            msg = "The approval would have ended already: name a later day."
            raise forms.ValidationError(msg)
        return day

    @property
    def expires_at(self) -> datetime | None:
        """The end of the day that was named."""
        day: date | None = self.cleaned_data["expires_on"]
        return timezone.make_aware(datetime.combine(day, time.max)) if day else None


class ShadowEndForm(ReasonForm):
    """Go or no-go, on the report that was read: its number travels with the form."""

    decision = forms.ChoiceField(
        label="Your word",
        choices=ShadowDecision.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose go or no-go.", "invalid_choice": "Choose go or no-go."},
    )
    report = forms.IntegerField(
        widget=forms.HiddenInput, error_messages={"required": "Open the page again: there was no report yet."}
    )


class WhichModelForm(forms.Form):
    """An encounter and a moment."""

    encounter = forms.UUIDField(
        label="Encounter id",
        error_messages={"required": "Give the encounter's id.", "invalid": "This is no encounter id."},
        widget=forms.TextInput(attrs={"size": 40, "autocomplete": "off", "spellcheck": "false"}),
    )
    at = forms.CharField(
        label="Time: 2026-11-23T14:03Z, or 14:03 for today in UTC",
        max_length=40,
        error_messages={"required": "Give a time."},
        widget=forms.TextInput(attrs={"size": 30, "autocomplete": "off"}),
    )

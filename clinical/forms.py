"""The forms that staff fill in about facts."""

from __future__ import annotations

import unicodedata
import uuid
from typing import Any

from django import forms

from clinical.models.follow_up import FollowUpKind, FollowUpState

NOTE_CHARACTERS = 500


class FollowUpForm(forms.Form):
    """What was done about an encounter. The submission id is made with the form, so sending it twice records it once."""

    kind = forms.ChoiceField(
        label="What",
        choices=[("", "Choose an action"), *FollowUpKind.choices],
        error_messages={
            "required": "Choose what was done or is planned.",
            "invalid_choice": "Choose one of the actions listed.",
        },
    )
    state = forms.ChoiceField(
        label="How far it got",
        choices=FollowUpState.choices,
        error_messages={"required": "Choose how far it got.", "invalid_choice": "Choose one of the states listed."},
    )
    note = forms.CharField(
        label="Note",
        required=False,
        max_length=NOTE_CHARACTERS,
        error_messages={"max_length": f"Keep the note to {NOTE_CHARACTERS} characters."},
    )
    prediction_id = forms.UUIDField(required=False, widget=forms.HiddenInput)
    submission_id = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={"required": "Open the page again: this form has lost its number.", "invalid": "Open the page again."},
    )

    @classmethod
    def blank(cls, *, prediction_id: uuid.UUID | None) -> FollowUpForm:
        """A form that has not been filled in yet."""
        return cls(initial={"submission_id": uuid.uuid4(), "prediction_id": prediction_id})

    def clean_note(self) -> str:
        """Without characters that nobody can see, which could hide or reverse what the note says."""
        kept = (c for c in self.cleaned_data["note"] if c == "\n" or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cn"})
        return "".join(kept).strip()

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        if answers.get("kind") == FollowUpKind.OTHER and not answers.get("note"):
            self.add_error("note", "Say in the note what was done.")
        return answers

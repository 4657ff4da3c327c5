from typing import Literal

FollowUpKind = Literal['appointment', 'education', 'home_care', 'medication_review', 'other', 'phone_call', 'social_work']

FOLLOW_UP_KIND_VALUES: set[FollowUpKind] = { 'appointment', 'education', 'home_care', 'medication_review', 'other', 'phone_call', 'social_work',  }

def check_follow_up_kind(value: str) -> FollowUpKind:
    if value in FOLLOW_UP_KIND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {FOLLOW_UP_KIND_VALUES!r}")

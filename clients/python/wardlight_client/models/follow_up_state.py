from typing import Literal

FollowUpState = Literal['done', 'not_needed', 'not_possible', 'planned']

FOLLOW_UP_STATE_VALUES: set[FollowUpState] = { 'done', 'not_needed', 'not_possible', 'planned',  }

def check_follow_up_state(value: str) -> FollowUpState:
    if value in FOLLOW_UP_STATE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {FOLLOW_UP_STATE_VALUES!r}")

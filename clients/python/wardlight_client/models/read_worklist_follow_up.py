from typing import Literal

ReadWorklistFollowUp = Literal['done', 'none', 'not_needed', 'not_possible', 'planned']

READ_WORKLIST_FOLLOW_UP_VALUES: set[ReadWorklistFollowUp] = { 'done', 'none', 'not_needed', 'not_possible', 'planned',  }

def check_read_worklist_follow_up(value: str) -> ReadWorklistFollowUp:
    if value in READ_WORKLIST_FOLLOW_UP_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READ_WORKLIST_FOLLOW_UP_VALUES!r}")

from typing import Literal

ReadWorklistView = Literal['all', 'discharged', 'ward']

READ_WORKLIST_VIEW_VALUES: set[ReadWorklistView] = { 'all', 'discharged', 'ward',  }

def check_read_worklist_view(value: str) -> ReadWorklistView:
    if value in READ_WORKLIST_VIEW_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READ_WORKLIST_VIEW_VALUES!r}")

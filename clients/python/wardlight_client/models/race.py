from typing import Literal

Race = Literal['african_american', 'asian', 'caucasian', 'hispanic', 'other']

RACE_VALUES: set[Race] = { 'african_american', 'asian', 'caucasian', 'hispanic', 'other',  }

def check_race(value: str) -> Race:
    if value in RACE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {RACE_VALUES!r}")

from typing import Literal

Readmission = Literal['later', 'none', 'within_30']

READMISSION_VALUES: set[Readmission] = { 'later', 'none', 'within_30',  }

def check_readmission(value: str) -> Readmission:
    if value in READMISSION_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READMISSION_VALUES!r}")

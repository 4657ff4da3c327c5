from typing import Literal

DoseChange = Literal['down', 'steady', 'up']

DOSE_CHANGE_VALUES: set[DoseChange] = { 'down', 'steady', 'up',  }

def check_dose_change(value: str) -> DoseChange:
    if value in DOSE_CHANGE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {DOSE_CHANGE_VALUES!r}")

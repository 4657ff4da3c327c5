from typing import Literal

MaxGlucoseSerum = Literal['normal', 'over_200', 'over_300']

MAX_GLUCOSE_SERUM_VALUES: set[MaxGlucoseSerum] = { 'normal', 'over_200', 'over_300',  }

def check_max_glucose_serum(value: str) -> MaxGlucoseSerum:
    if value in MAX_GLUCOSE_SERUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {MAX_GLUCOSE_SERUM_VALUES!r}")

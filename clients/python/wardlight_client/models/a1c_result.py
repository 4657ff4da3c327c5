from typing import Literal

A1CResult = Literal['normal', 'over_7', 'over_8']

A1C_RESULT_VALUES: set[A1CResult] = { 'normal', 'over_7', 'over_8',  }

def check_a1c_result(value: str) -> A1CResult:
    if value in A1C_RESULT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {A1C_RESULT_VALUES!r}")

from typing import Literal

AdmissionType = Literal[1, 2, 3, 4, 5, 6, 7, 8]

ADMISSION_TYPE_VALUES: set[AdmissionType] = { 1, 2, 3, 4, 5, 6, 7, 8,  }

def check_admission_type(value: int) -> AdmissionType:
    if value in ADMISSION_TYPE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ADMISSION_TYPE_VALUES!r}")

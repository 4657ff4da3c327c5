from typing import Literal

AdmissionSource = Literal[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26]

ADMISSION_SOURCE_VALUES: set[AdmissionSource] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26,  }

def check_admission_source(value: int) -> AdmissionSource:
    if value in ADMISSION_SOURCE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ADMISSION_SOURCE_VALUES!r}")

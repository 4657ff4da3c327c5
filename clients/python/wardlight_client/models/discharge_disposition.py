from typing import Literal

DischargeDisposition = Literal[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30]

DISCHARGE_DISPOSITION_VALUES: set[DischargeDisposition] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,  }

def check_discharge_disposition(value: int) -> DischargeDisposition:
    if value in DISCHARGE_DISPOSITION_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {DISCHARGE_DISPOSITION_VALUES!r}")

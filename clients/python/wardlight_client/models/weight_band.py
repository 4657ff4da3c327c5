from typing import Literal

WeightBand = Literal['>200', '[0-25)', '[100-125)', '[125-150)', '[150-175)', '[175-200)', '[25-50)', '[50-75)', '[75-100)']

WEIGHT_BAND_VALUES: set[WeightBand] = { '>200', '[0-25)', '[100-125)', '[125-150)', '[150-175)', '[175-200)', '[25-50)', '[50-75)', '[75-100)',  }

def check_weight_band(value: str) -> WeightBand:
    if value in WEIGHT_BAND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {WEIGHT_BAND_VALUES!r}")

from typing import Literal

Band = Literal['high', 'low', 'moderate', 'very_high']

BAND_VALUES: set[Band] = { 'high', 'low', 'moderate', 'very_high',  }

def check_band(value: str) -> Band:
    if value in BAND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {BAND_VALUES!r}")

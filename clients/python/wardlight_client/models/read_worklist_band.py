from typing import Literal

ReadWorklistBand = Literal['high', 'low', 'moderate', 'not_scored', 'very_high']

READ_WORKLIST_BAND_VALUES: set[ReadWorklistBand] = { 'high', 'low', 'moderate', 'not_scored', 'very_high',  }

def check_read_worklist_band(value: str) -> ReadWorklistBand:
    if value in READ_WORKLIST_BAND_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {READ_WORKLIST_BAND_VALUES!r}")

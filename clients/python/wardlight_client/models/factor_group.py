from typing import Literal

FactorGroup = Literal['fixed', 'modifiable', 'past_use']

FACTOR_GROUP_VALUES: set[FactorGroup] = { 'fixed', 'modifiable', 'past_use',  }

def check_factor_group(value: str) -> FactorGroup:
    if value in FACTOR_GROUP_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {FACTOR_GROUP_VALUES!r}")

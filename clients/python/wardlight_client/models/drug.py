from typing import Literal

Drug = Literal['acarbose', 'acetohexamide', 'chlorpropamide', 'citoglipton', 'examide', 'glimepiride', 'glimepiride-pioglitazone', 'glipizide', 'glipizide-metformin', 'glyburide', 'glyburide-metformin', 'insulin', 'metformin', 'metformin-pioglitazone', 'metformin-rosiglitazone', 'miglitol', 'nateglinide', 'pioglitazone', 'repaglinide', 'rosiglitazone', 'tolazamide', 'tolbutamide', 'troglitazone']

DRUG_VALUES: set[Drug] = { 'acarbose', 'acetohexamide', 'chlorpropamide', 'citoglipton', 'examide', 'glimepiride', 'glimepiride-pioglitazone', 'glipizide', 'glipizide-metformin', 'glyburide', 'glyburide-metformin', 'insulin', 'metformin', 'metformin-pioglitazone', 'metformin-rosiglitazone', 'miglitol', 'nateglinide', 'pioglitazone', 'repaglinide', 'rosiglitazone', 'tolazamide', 'tolbutamide', 'troglitazone',  }

def check_drug(value: str) -> Drug:
    if value in DRUG_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {DRUG_VALUES!r}")

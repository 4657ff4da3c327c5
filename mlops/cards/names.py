"""Names that a card is full of and that no validation knows: of the developer, of the data set. Their digits are no figures."""

from __future__ import annotations

NAMES = {
    "developer": "The Wardlight project",
    "contact": "the issue tracker of the repository that this software was installed from",
    "data_set": "Diabetes 130-US Hospitals for Years 1999-2008 (UCI Machine Learning Repository, CC BY 4.0)",
    "data_set_citation": (
        "Strack B. et al., Impact of HbA1c Measurement on Hospital Readmission Rates: Analysis of 70,000 Clinical Database"
        " Patient Records, BioMed Research International, 2014"
    ),
    "regulation": "45 CFR 170.315(b)(11)(iv)(B)",
    "chai_schema": "https://mc.chai.org/v0.2/schema.xsd",
}

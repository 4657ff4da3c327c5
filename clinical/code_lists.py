"""The coded values of the data set's IDs_mapping.csv and columns, under the names that clinicians use.

Source of codes and meanings: UCI Machine Learning Repository, data set 296 (CC BY 4.0), Strack et al. 2014.
"""

from __future__ import annotations

from django.db import models


class Sex(models.TextChoices):
    """Administrative sex as the record gives it."""

    FEMALE = "female", "Female"
    MALE = "male", "Male"
    UNKNOWN = "unknown", "Not known"


class AdmissionType(models.IntegerChoices):
    """How urgent the admission was."""

    EMERGENCY = 1, "Emergency"
    URGENT = 2, "Urgent"
    ELECTIVE = 3, "Elective"
    NEWBORN = 4, "Newborn"
    NOT_AVAILABLE = 5, "Not available"
    NOT_RECORDED = 6, "Not recorded"
    TRAUMA_CENTER = 7, "Trauma center"
    NOT_MAPPED = 8, "Not mapped"


class DrugChange(models.TextChoices):
    """What happened to a drug's dose during the stay; a drug that is not listed was not prescribed."""

    DOWN = "down", "Dose decreased"
    STEADY = "steady", "Dose unchanged"
    UP = "up", "Dose increased"


class Race(models.TextChoices):
    """Race as recorded at the encounter, in the data set's groups."""

    AFRICAN_AMERICAN = "african_american", "African American"
    ASIAN = "asian", "Asian"
    CAUCASIAN = "caucasian", "Caucasian"
    HISPANIC = "hispanic", "Hispanic"
    OTHER = "other", "Other"
    NOT_RECORDED = "", "Not recorded"


class A1cResult(models.TextChoices):
    """HbA1c measured during the stay, in the data set's groups."""

    NORMAL = "normal", "Below 7 %"
    OVER_7 = "over_7", "7 to 8 %"
    OVER_8 = "over_8", "Above 8 %"
    NOT_MEASURED = "", "Not measured"


class GlucoseResult(models.TextChoices):
    """Highest serum glucose measured during the stay, in the data set's groups."""

    NORMAL = "normal", "Below 200 mg/dL"
    OVER_200 = "over_200", "200 to 300 mg/dL"
    OVER_300 = "over_300", "Above 300 mg/dL"
    NOT_MEASURED = "", "Not measured"


AGE_BANDS = tuple(f"[{low}-{low + 10})" for low in range(0, 100, 10))
WEIGHT_BANDS = (*(f"[{low}-{low + 25})" for low in range(0, 200, 25)), ">200")
DRUGS = (
    "metformin", "repaglinide", "nateglinide", "chlorpropamide", "glimepiride", "acetohexamide", "glipizide", "glyburide",
    "tolbutamide", "pioglitazone", "rosiglitazone", "acarbose", "miglitol", "troglitazone", "tolazamide", "examide",
    "citoglipton", "insulin", "glyburide-metformin", "glipizide-metformin", "glimepiride-pioglitazone",
    "metformin-rosiglitazone", "metformin-pioglitazone",
)  # fmt: skip


class DischargeDisposition(models.IntegerChoices):
    """Where the patient goes after the stay (on the ward: where the plan says)."""

    HOME = 1, "Home"
    SHORT_TERM_HOSPITAL = 2, "Another short-term hospital"
    SKILLED_NURSING = 3, "Skilled nursing facility"
    INTERMEDIATE_CARE = 4, "Intermediate care facility"
    OTHER_INPATIENT = 5, "Another type of inpatient institution"
    HOME_HEALTH = 6, "Home with home health service"
    AGAINST_ADVICE = 7, "Left against medical advice"
    HOME_IV = 8, "Home with home IV provider"
    ADMITTED_HERE = 9, "Admitted as an inpatient to this hospital"
    NEONATE_TRANSFER = 10, "Neonate to another hospital for aftercare"
    DIED = 11, "Died"
    STILL_PATIENT = 12, "Still a patient or expected back for outpatient services"
    HOSPICE_HOME = 13, "Hospice at home"
    HOSPICE_FACILITY = 14, "Hospice in a medical facility"
    SWING_BED = 15, "Swing bed within this institution"
    OUTPATIENT_ELSEWHERE = 16, "Another institution for outpatient services"
    OUTPATIENT_HERE = 17, "This institution for outpatient services"
    NOT_RECORDED = 18, "Not recorded"
    DIED_HOME_HOSPICE = 19, "Died at home, hospice"
    DIED_FACILITY_HOSPICE = 20, "Died in a medical facility, hospice"
    DIED_UNKNOWN_HOSPICE = 21, "Died, place unknown, hospice"
    REHABILITATION = 22, "Rehabilitation facility"
    LONG_TERM_HOSPITAL = 23, "Long-term care hospital"
    MEDICAID_NURSING = 24, "Nursing facility certified under Medicaid only"
    NOT_MAPPED = 25, "Not mapped"
    UNKNOWN = 26, "Unknown"
    FEDERAL_FACILITY = 27, "Federal health care facility"
    PSYCHIATRIC = 28, "Psychiatric hospital or unit"
    CRITICAL_ACCESS = 29, "Critical access hospital"
    OTHER_INSTITUTION = 30, "Health care institution not defined elsewhere"


# Nobody who died or went into hospice care can be readmitted in the sense of the model, so they are never scored.
DISPOSITIONS_WITHOUT_RETURN = frozenset({11, 13, 14, 19, 20, 21})


class AdmissionSource(models.IntegerChoices):
    """Where the patient came from."""

    PHYSICIAN_REFERRAL = 1, "Physician referral"
    CLINIC_REFERRAL = 2, "Clinic referral"
    HMO_REFERRAL = 3, "HMO referral"
    HOSPITAL_TRANSFER = 4, "Transfer from a hospital"
    SKILLED_NURSING_TRANSFER = 5, "Transfer from a skilled nursing facility"
    OTHER_TRANSFER = 6, "Transfer from another health care facility"
    EMERGENCY_ROOM = 7, "Emergency room"
    COURT = 8, "Court or law enforcement"
    NOT_AVAILABLE = 9, "Not available"
    CRITICAL_ACCESS_TRANSFER = 10, "Transfer from a critical access hospital"
    NORMAL_DELIVERY = 11, "Normal delivery"
    PREMATURE_DELIVERY = 12, "Premature delivery"
    SICK_BABY = 13, "Sick baby"
    EXTRAMURAL_BIRTH = 14, "Extramural birth"
    NOT_AVAILABLE_15 = 15, "Not available (15)"
    NOT_RECORDED = 17, "Not recorded"
    HOME_HEALTH_TRANSFER = 18, "Transfer from another home health agency"
    HOME_HEALTH_READMISSION = 19, "Readmission to the same home health agency"
    NOT_MAPPED = 20, "Not mapped"
    UNKNOWN = 21, "Unknown"
    SAME_FACILITY_TRANSFER = 22, "Transfer within this facility with a separate claim"
    BORN_INSIDE = 23, "Born inside this hospital"
    BORN_OUTSIDE = 24, "Born outside this hospital"
    SURGERY_CENTER_TRANSFER = 25, "Transfer from an ambulatory surgery center"
    HOSPICE_TRANSFER = 26, "Transfer from hospice"


# The specialties and payers of the data set, the commonest first; its documentation does not say what the payers' codes mean.
_COMMON_SPECIALTIES = (
    "InternalMedicine", "Emergency/Trauma", "Family/GeneralPractice", "Cardiology", "Surgery-General", "Nephrology",
    "Orthopedics", "Orthopedics-Reconstructive", "Radiologist", "Pulmonology", "Psychiatry", "Urology",
    "ObstetricsandGynecology", "Surgery-Cardiovascular/Thoracic", "Gastroenterology", "Surgery-Vascular",
)  # fmt: skip
_RARER_SPECIALTIES = (
    "AllergyandImmunology", "Anesthesiology", "Anesthesiology-Pediatric", "Cardiology-Pediatric", "DCPTEAM", "Dentistry",
    "Dermatology", "Endocrinology", "Endocrinology-Metabolism", "Gynecology", "Hematology", "Hematology/Oncology",
    "Hospitalist", "InfectiousDiseases", "Neurology", "Neurophysiology", "Obsterics&Gynecology-GynecologicOnco",
    "Obstetrics", "Oncology", "Ophthalmology", "Osteopath", "Otolaryngology", "OutreachServices", "Pathology", "Pediatrics",
    "Pediatrics-AllergyandImmunology", "Pediatrics-CriticalCare", "Pediatrics-EmergencyMedicine", "Pediatrics-Endocrinology",
    "Pediatrics-Hematology-Oncology", "Pediatrics-InfectiousDiseases", "Pediatrics-Neurology", "Pediatrics-Pulmonology",
    "Perinatology", "PhysicalMedicineandRehabilitation", "PhysicianNotFound", "Podiatry", "Proctology",
    "Psychiatry-Addictive", "Psychiatry-Child/Adolescent", "Psychology", "Radiology", "Resident", "Rheumatology", "Speech",
    "SportsMedicine", "Surgeon", "Surgery-Cardiovascular", "Surgery-Colon&Rectal", "Surgery-Maxillofacial", "Surgery-Neuro",
    "Surgery-Pediatric", "Surgery-Plastic", "Surgery-PlasticwithinHeadandNeck", "Surgery-Thoracic", "SurgicalSpecialty",
)  # fmt: skip
SPECIALTIES = (*_COMMON_SPECIALTIES, *_RARER_SPECIALTIES)
PAYERS = ("MC", "HM", "SP", "BC", "MD", "CP", "UN", "CM", "OG", "PO", "DM", "CH", "WC", "OT", "MP", "SI", "FR")
# a text's place on its list; whatever is on no list has a place of its own
NOT_RECORDED_PLACE, ANOTHER_PLACE = 0, 1
SPECIALTY_PLACES = {"": NOT_RECORDED_PLACE, **{specialty: place for place, specialty in enumerate(SPECIALTIES, start=2)}}
PAYER_PLACES = {"": NOT_RECORDED_PLACE, **{payer: place for place, payer in enumerate(PAYERS, start=2)}}

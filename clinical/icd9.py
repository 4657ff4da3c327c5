"""ICD-9-CM diagnosis codes in words: the 17 chapters, the V and E supplements, and names of the codes met most often.

A code is known here by its category, the part before the point, as one whole number: V57 is 1057, E909 is 2909.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import narwhals as nw

CODE = re.compile(r"([0-9]{1,3}|V[0-9]{2}|E[0-9]{3})(\.[0-9]{1,2})?")
V_CODES_FROM = 1000
E_CODES_FROM = 2000
LARGEST_CATEGORY = 2999
DIABETES = 250
UNREADABLE = -1.0  # what is no code, as a number: out of every range, so that whoever reads it has to refuse it
_PATTERN = f"^({CODE.pattern})$"

CHAPTERS: tuple[tuple[int, str], ...] = (
    (0, "Infectious or parasitic disease"),
    (140, "Neoplasm"),
    (240, "Endocrine, nutritional or metabolic disease"),
    (280, "Disease of the blood"),
    (290, "Mental disorder"),
    (320, "Disease of the nervous system or senses"),
    (390, "Disease of the circulatory system"),
    (460, "Disease of the respiratory system"),
    (520, "Disease of the digestive system"),
    (580, "Disease of the genitourinary system"),
    (630, "Complication of pregnancy or childbirth"),
    (680, "Disease of the skin"),
    (710, "Disease of the musculoskeletal system"),
    (740, "Congenital anomaly"),
    (760, "Condition of the perinatal period"),
    (780, "Symptom or ill-defined condition"),
    (800, "Injury or poisoning"),
    (V_CODES_FROM, "Health status or contact with services (V code)"),
    (E_CODES_FROM, "External cause of injury (E code)"),
)

# where a clinical group of categories begins; finer than chapters, in the manner of AHRQ's Clinical Classifications Software
# as far as whole categories allow it
GROUPS_FROM: tuple[int, ...] = (
    1, 10, 20, 30, 34, 38, 39, 42, 45, 70, 80, 110, 112, 120, 139, 140, 150, 153, 155, 157, 160, 162, 170, 174, 175, 179,
    185, 188, 190, 196, 199, 200, 202, 204, 209, 210, 218, 230, 235, 239, 240, 243, 246, 250, 251, 252, 258, 260, 270, 272,
    273, 274, 275, 276, 277, 278, 279, 280, 281, 282, 284, 285, 286, 287, 288, 289, 290, 295, 296, 297, 300, 301, 303, 304,
    305, 306, 308, 311, 320, 330, 332, 333, 335, 340, 345, 346, 350, 360, 362, 365, 366, 369, 380, 386, 390, 394, 396, 397,
    401, 402, 403, 404, 405, 410, 411, 412, 413, 414, 415, 416, 417, 420, 424, 425, 426, 427, 428, 429, 430, 433, 434, 435,
    436, 437, 438, 440, 441, 442, 443, 444, 447, 451, 454, 455, 456, 458, 459, 460, 466, 470, 480, 487, 490, 491, 493, 494,
    496, 500, 507, 508, 510, 511, 512, 514, 518, 519, 520, 530, 531, 535, 536, 540, 550, 553, 555, 558, 560, 562, 564, 565,
    567, 568, 570, 571, 572, 573, 574, 576, 577, 578, 579, 580, 584, 585, 586, 590, 591, 592, 593, 594, 595, 596, 599, 600,
    601, 610, 614, 617, 630, 640, 648, 650, 680, 682, 684, 690, 700, 707, 708, 710, 714, 715, 716, 720, 721, 722, 723, 724,
    725, 730, 731, 733, 734, 740, 760, 780, 781, 782, 783, 784, 785, 786, 787, 788, 789, 790, 793, 799, 800, 805, 807, 808,
    810, 812, 820, 821, 823, 824, 830, 840, 850, 860, 870, 900, 920, 940, 958, 960, 965, 980, 990, 995, 996, 997, 998, 999,
    1000, 1010, 1012, 1015, 1020, 1040, 1042, 1043, 1045, 1046, 1053, 1054, 1055, 1057, 1058, 1060, 2000,
)  # fmt: skip

CATEGORIES: dict[int, str] = {
    8: "Intestinal infection", 38: "Septicaemia", 41: "Bacterial infection", 70: "Viral hepatitis", 112: "Candidiasis",
    153: "Cancer of the colon", 162: "Cancer of the lung", 196: "Cancer spread to lymph nodes",
    197: "Cancer spread to lung or digestive organs", 198: "Cancer spread to other sites", 202: "Lymphoma",
    244: "Hypothyroidism", 250: "Diabetes mellitus", 263: "Malnutrition", 272: "Disorder of lipids",
    276: "Disorder of fluids or electrolytes", 278: "Overweight or obesity", 280: "Iron deficiency anaemia",
    284: "Aplastic anaemia", 285: "Anaemia", 286: "Disorder of coagulation", 287: "Low platelets or purpura",
    288: "Disorder of white blood cells", 294: "Dementia", 295: "Schizophrenia", 296: "Mood disorder", 300: "Anxiety",
    303: "Alcohol dependence", 304: "Drug dependence", 305: "Alcohol, tobacco or drug abuse", 311: "Depression",
    331: "Cerebral degeneration", 342: "Hemiplegia", 348: "Disorder of the brain", 357: "Polyneuropathy",
    396: "Disease of mitral and aortic valves", 401: "Hypertension", 402: "Hypertensive heart disease",
    403: "Hypertensive kidney disease", 404: "Hypertensive heart and kidney disease", 410: "Acute myocardial infarction",
    411: "Acute coronary syndrome", 412: "Old myocardial infarction", 413: "Angina", 414: "Chronic ischaemic heart disease",
    415: "Pulmonary embolism", 416: "Pulmonary heart disease", 424: "Disease of the heart valves", 425: "Cardiomyopathy",
    426: "Conduction disorder", 427: "Cardiac dysrhythmia", 428: "Heart failure", 433: "Narrowing of brain arteries",
    434: "Ischaemic stroke", 435: "Transient ischaemic attack", 438: "Late effects of stroke", 440: "Atherosclerosis",
    443: "Peripheral vascular disease", 444: "Arterial embolism", 453: "Venous thrombosis", 458: "Low blood pressure",
    466: "Acute bronchitis", 482: "Bacterial pneumonia", 486: "Pneumonia", 491: "Chronic bronchitis", 492: "Emphysema",
    493: "Asthma", 496: "Chronic airway obstruction", 507: "Aspiration pneumonia", 511: "Pleurisy or effusion",
    515: "Pulmonary fibrosis", 518: "Respiratory failure or other lung disease", 530: "Disease of the oesophagus",
    531: "Gastric ulcer", 532: "Duodenal ulcer", 535: "Gastritis", 536: "Disorder of stomach function",
    552: "Hernia with obstruction", 553: "Hernia", 558: "Gastroenteritis", 560: "Intestinal obstruction",
    562: "Diverticular disease", 564: "Disorder of bowel function", 569: "Disorder of the intestine",
    571: "Chronic liver disease", 572: "Complication of liver disease", 574: "Gallstones", 575: "Disorder of the gallbladder",
    577: "Disease of the pancreas", 578: "Gastrointestinal bleeding", 584: "Acute kidney failure",
    585: "Chronic kidney disease", 590: "Kidney infection", 591: "Hydronephrosis", 592: "Kidney stone",
    593: "Disorder of kidney or ureter", 599: "Disorder of the urinary tract", 600: "Enlarged prostate",
    648: "Condition complicating pregnancy", 682: "Cellulitis or abscess", 707: "Chronic skin ulcer",
    710: "Connective tissue disease", 715: "Osteoarthrosis", 721: "Spondylosis", 722: "Intervertebral disc disorder",
    724: "Disorder of the back", 728: "Disorder of muscle", 729: "Soft tissue disorder", 730: "Bone infection",
    733: "Disorder of bone", 780: "General symptom", 781: "Symptom of the nervous system", 782: "Symptom of the skin",
    784: "Symptom of head or neck", 785: "Cardiovascular symptom", 786: "Respiratory or chest symptom",
    787: "Digestive symptom", 788: "Urinary symptom", 789: "Abdominal symptom", 790: "Abnormal blood finding",
    799: "Ill-defined condition", 805: "Fracture of the spine", 812: "Fracture of the upper arm",
    820: "Fracture of the hip", 824: "Fracture of the ankle", 995: "Adverse effect or sepsis",
    996: "Complication of a device or graft", 997: "Complication of surgery", 998: "Complication of a procedure",
    1010: "History of cancer", 1012: "History of other disease", 1015: "Other history presenting hazards",
    1042: "Transplanted organ", 1043: "Replaced organ or joint", 1045: "State after a procedure (such as dialysis)",
    1057: "Rehabilitation", 1058: "Aftercare or long-term medicine use", 2849: "Place of an accident",
    2878: "Reaction to an operation",
}  # fmt: skip


def category_of(code: str) -> int | None:
    """The category of a code as a whole number; None when the text is no ICD-9 code."""
    if not CODE.fullmatch(code):
        return None
    return int(code.partition(".")[0].replace("V", "10").replace("E", "2"))


def name_of(code: str) -> str:
    """A code in words: its own name where it is common, else its chapter; empty when the text is no ICD-9 code."""
    category = category_of(code)
    if category is None:
        return ""
    return CATEGORIES.get(category) or CHAPTERS[bisect_right(CHAPTERS, category, key=lambda chapter: chapter[0]) - 1][1]


def in_hundredths(code: str) -> int:
    """428.31 -> 42831: a code as a whole number that keeps its decimals; ValueError when the text is no ICD-9 code."""
    category = category_of(code)
    if category is None:
        raise ValueError(code)
    return 100 * category + int(code.partition(".")[2].ljust(2, "0"))


def number(column: str) -> nw.Expr:
    """Of a column of codes: V57.1 -> 1057.1, E909 -> 2909, 250.83 -> 250.83; nothing -> missing; all else -> UNREADABLE."""
    import narwhals as nw  # noqa: PLC0415  web processes know the codes and never a frame

    text = nw.col(column)
    plain = text.str.replace_all("V", "10", literal=True).str.replace_all("E", "2", literal=True)
    readable = nw.when(text.str.contains(_PATTERN)).then(plain).cast(nw.Float64)
    return nw.when((text != "") & readable.is_null()).then(UNREADABLE).otherwise(readable)

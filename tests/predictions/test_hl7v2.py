"""HL7 v2: what messages do, what they are answered, and what is kept of them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import hypothesis
import pytest
from django.conf import LazySettings
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from clinical.access import scope_of_the_system, scope_of_units
from clinical.clients.registering import grant
from clinical.doors import calls
from clinical.models import AuditEvent, CareUnit, EhrCall, EhrClient, Encounter, Patient
from predictions.batch import score_waiting
from predictions.hl7v2.receiving import receive
from predictions.hl7v2.replaying import forget_old, replay, replay_lately
from predictions.models import InboundMessage, ModelVersion, Prediction, PredictionVoid
from tests.doors import client_with
from tests.factories import CareUnitFactory
from tests.predictions import adt

Sent = Callable[[bytes], list[str]]


@pytest.fixture
def client(cardiology: CareUnit) -> EhrClient:
    client_with("encounter.write", unit=cardiology)
    return EhrClient.objects.select_related("user").get()


@pytest.fixture
def send(client: EhrClient) -> Sent:
    def sending(raw: bytes) -> list[str]:
        return receive(raw=raw, client=client).decode().rstrip("\r").split("\r")

    return sending


def code(answer: list[str]) -> str:
    return answer[1].split("|")[1]


def stays() -> list[Encounter]:
    with scope_of_the_system():
        return list(Encounter.objects.select_related("unit", "patient").order_by("pk"))


def kept() -> list[InboundMessage]:
    with scope_of_the_system():
        return list(InboundMessage.objects.order_by("pk"))


def standing_scores() -> list[Prediction]:
    with scope_of_the_system():
        voided = PredictionVoid.objects.filter(taken_back_at__isnull=True).values_list("prediction_id", flat=True)
        return list(Prediction.objects.exclude(pk__in=list(voided)).order_by("pk"))


# --- what events do ------------------------------------------------------------------------------------------------------


def test_an_admission_walks_to_a_scored_discharge_which_is_withdrawn_and_comes_again(
    send: Sent, client: EhrClient, version: ModelVersion
) -> None:
    surgery = CareUnitFactory(code="SURG")
    grant(client=client, unit=surgery, scopes=["encounter.write"], by=None)
    assert code(send(adt.admission())) == "AA"
    (stay,) = stays()
    assert (stay.unit.code, stay.discharged_at, stay.patient.medical_record_number) == ("CARD", None, "H-1001")
    assert (stay.admission_type, stay.admission_source, stay.race, stay.medications_count) == (1, 7, "caucasian", None)

    assert code(send(adt.update())) == "AA"
    assert code(send(adt.message("A02", "20261003080000+0000", unit="SURG"))) == "AA"
    assert code(send(adt.message("A03", "20261006120000+0000", unit="SURG", discharged="20261006110000+0000"))) == "AA"
    (stay,) = stays()
    assert (stay.unit.code, stay.discharged_at, stay.diagnosis_3) == ("SURG", datetime(2026, 10, 6, 11, tzinfo=UTC), "401.9")
    assert (stay.medications_count, stay.drugs) == (16, {"insulin": "up", "metformin": "steady"})
    score_waiting(most=10)
    (score,) = standing_scores()

    assert code(send(adt.message("A13", "20261006130000+0000", unit="SURG"))) == "AA"
    assert standing_scores() == []
    assert stays()[0].discharged_at is None
    with scope_of_the_system():
        assert PredictionVoid.objects.get().prediction_id == score.pk

    assert code(send(adt.message("A03", "20261006150000+0000", unit="SURG", discharged="20261006140000+0000"))) == "AA"
    score_waiting(most=10)
    assert [one.encounter_id for one in standing_scores()] == [stay.pk]


def test_a_cancelled_admission_never_was(send: Sent) -> None:
    send(adt.admission())
    assert code(send(adt.message("A11", "20261001100000+0000"))) == "AA"
    assert stays()[0].is_entered_in_error


def test_a_registration_of_an_inpatient_is_a_stay_and_of_an_outpatient_is_none(send: Sent) -> None:
    assert code(send(adt.message("A04", "20261001093000+0000").replace(b"PV1||I|", b"PV1||O|"))) == "AA"
    assert stays() == []
    assert code(send(adt.message("A04", "20261001093000+0000"))) == "AA"
    assert len(stays()) == 1


def test_merged_patients_are_one_person_with_all_stays(send: Sent) -> None:
    send(adt.admission())
    send(adt.message("A01", "20261002093000+0000", patient="H-2", visit="V-2"))
    assert code(send(adt.merger(surviving="H-1001", retired="H-2"))) == "AA"
    assert {stay.patient.medical_record_number for stay in stays()} == {"H-1001"}
    with scope_of_the_system():
        retired = Patient.objects.get(medical_record_number="H-2")
    assert retired.merged_into_id == stays()[0].patient_id


# --- once, in any order ------------------------------------------------------------------------------------------------


def test_older_facts_never_overwrite_newer_ones(send: Sent) -> None:
    send(adt.admission())
    send(adt.update("20261003080000+0000"))
    late = adt.message("A08", "20261002080000+0000", "OBX|1|NM|medications_count^^99WARD||3")
    answer = send(late)
    assert (code(answer), stays()[0].medications_count) == ("AA", 16)
    assert "newer facts were known" in answer[1]


def test_all_messages_again_in_any_order_change_nothing(send: Sent) -> None:
    messages = [adt.admission(), adt.update(), adt.discharge(), adt.message("A13", "20261006130000+0000")]
    for raw in messages:
        assert code(send(raw)) == "AA"
    version, audited = stays()[0].version, AuditEvent.objects.exclude(verb="hl7.received").count()
    for order in itertools.islice(itertools.permutations(messages), 0, 24, 7):
        for raw in order:
            assert code(send(raw)) == "AA"
    assert (stays()[0].version, AuditEvent.objects.exclude(verb="hl7.received").count()) == (version, audited)
    assert len(kept()) == len(messages)


def test_a_message_that_was_kept_and_not_worked_on_is_carried_out_by_the_replay(
    client: EhrClient, cardiology: CareUnit
) -> None:
    raw = adt.admission()
    with scope_of_the_system():
        InboundMessage.objects.create(client=client, unit_ids=[cardiology.pk], control_id="A01-1", sha256="0" * 64, raw=raw)
    assert [answer for _message, answer in replay(client=client)] == ["AA"]
    assert len(stays()) == 1
    assert list(replay(client=client)) == []


def test_a_refused_message_is_worked_on_when_it_comes_again(send: Sent, client: EhrClient) -> None:
    raw = adt.message("A01", "20261001093000+0000", unit="SURG")
    surgery = CareUnitFactory(code="SURG")
    assert code(send(raw)) == "AE"
    grant(client=client, unit=surgery, scopes=["encounter.write"], by=None)
    assert code(send(raw)) == "AA"


# --- what is kept --------------------------------------------------------------------------------------------------------


def test_whatever_comes_is_kept_as_it_came_and_seen_by_nobody_who_sees_less(send: Sent, cardiology: CareUnit) -> None:
    send(adt.admission())
    send(b"no message at all \xff\x00")
    assert [bytes(message.raw) for message in kept()] == [adt.admission(), b"no message at all \xff\x00"]
    assert [message.answer for message in kept()] == ["AA", "AR"]
    with scope_of_units([CareUnitFactory()]):
        assert InboundMessage.objects.count() == 0
    assert InboundMessage.objects.count() == 0  # and outside of any scope


def test_old_messages_are_emptied_and_those_never_carried_out_are_kept(
    send: Sent, client: EhrClient, cardiology: CareUnit, settings: LazySettings
) -> None:
    send(adt.admission())
    with scope_of_the_system():
        InboundMessage.objects.create(client=client, unit_ids=[cardiology.pk], control_id="left", sha256="0" * 64, raw=b"MSH")
    assert forget_old() == 0
    settings.HL7_KEEP_DAYS = 0
    assert (forget_old(), forget_old()) == (1, 0)
    assert [(bytes(message.raw), message.forgotten_at is None) for message in kept()] == [(b"", False), (b"MSH", True)]
    assert AuditEvent.objects.get(verb="hl7.forgotten").detail == {"messages": 1}


def test_a_forgotten_message_that_comes_again_is_kept_and_answered_again(send: Sent, settings: LazySettings) -> None:
    refused = adt.admission().replace(b"|CARD^", b"|NONE^")
    answers = send(refused)[1:]
    settings.HL7_KEEP_DAYS = 0
    assert forget_old() == 1
    assert list(replay(also_refused=True)) == []
    assert send(refused)[1:] == answers
    (message,) = kept()
    assert (bytes(message.raw), message.forgotten_at, message.attempts) == (refused, None, 2)


@pytest.mark.parametrize(("minutes", "answers"), [(0, []), (5, ["AA"]), (60 * 25, [])])
def test_what_was_left_is_worked_on_again_by_itself_for_a_day(
    client: EhrClient, cardiology: CareUnit, minutes: int, answers: list[str]
) -> None:
    came = timezone.now() - timedelta(minutes=minutes)
    with scope_of_the_system():
        InboundMessage.objects.create(
            client=client, unit_ids=[cardiology.pk], control_id="A01-1", sha256="0" * 64, raw=adt.admission(),
            received_at=came,
        )  # fmt: skip
    assert [answer for _message, answer in replay_lately()] == answers


def test_each_message_is_a_line_on_the_page_of_the_clients_calls(send: Sent, client: EhrClient) -> None:
    calls._waiting.clear()
    for raw in (adt.admission(), adt.message("A13", "20261002080000", visit="V-9"), b"PID|1"):
        send(raw)
    calls.flush()
    lines = EhrCall.objects.filter(client=client).order_by("pk").values_list("method", "route", "status", "code")
    assert list(lines) == [
        ("MLLP", "hl7v2-A01", 200, ""),
        ("MLLP", "hl7v2-A13", 422, "AE PV1^1^19 204"),
        ("MLLP", "hl7v2", 400, "AR MSH^1^10 100"),
    ]


# --- refusals ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "answer", "place", "reason"),
    [
        (b"", "AR", "MSH^1^10", "100"),
        (b"PID|1", "AR", "MSH^1^10", "100"),
        (adt.message("A01", "20261001093000", version="9.9"), "AR", "MSH^1^12", "203"),
        (adt.message("A01", "20261001093000", kind="ORU"), "AR", "MSH^1^9^1^1", "200"),
        (adt.message("A99", "20261001093000"), "AR", "MSH^1^9^1^2", "201"),
        (adt.message("A01", "20261001093000", charset="ISO IR87"), "AR", "MSH^1^18", "103"),
        (adt.admission().replace(b"Miriam", b"\xff\xfe"), "AR", "MSH^1^18", "102"),
        (adt.message("A01", "20261001"), "AE", "EVN^1^2", "102"),
        (adt.admission().replace(b"PV1|", b"ZV1|"), "AE", "PV1", "100"),
        (adt.admission().replace(b"|CARD^", b"|NONE^"), "AE", "PV1^1^3^1^1", "102"),
        (adt.admission().replace(b"19510402", b"18510402"), "AE", "PID^1^7", "102"),
        (adt.admission().replace(b"Okafor", b""), "AE", "PID^1^5^1^1", "101"),
        (adt.admission().replace(b"V-1", b""), "AE", "PV1^1^19", "101"),
        (adt.message("A08", "20261002080000", "OBX|1|NM|medications_count^^99WARD||-3"), "AE", "OBX^1^5", "102"),
        (adt.message("A08", "20261002080000", "OBX|1|NM|shoe_size^^99WARD||42"), "AE", "OBX^1^5", "102"),
        (adt.message("A08", "20261002080000", "OBX|1|ST|drug.arsenic^^99WARD||up"), "AE", "OBX^1^5", "102"),
        (adt.message("A13", "20261002080000"), "AE", "PV1^1^19", "204"),
        (adt.message("A11", "20261002080000"), "AE", "PV1^1^19", "204"),
        (adt.merger(surviving="H-1", retired="H-2"), "AE", "PID^1^3", "204"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_answered_with_where_and_why(
    send: Sent, raw: bytes, answer: str, place: str, reason: str
) -> None:
    told = send(raw)
    assert code(told) == answer, told
    errors = [line.split("|") for line in told[2:]]
    assert (place, reason) in [(error[2], error[3].split("^")[0]) for error in errors], told
    assert stays() == []
    assert "Okafor" not in "".join(told)


def test_a_code_of_no_table_is_said_and_the_stay_is_kept(send: Sent) -> None:
    told = send(adt.admission().replace(b"|E||||||Cardiology", b"|X||||||Cardiology"))
    assert (code(told), stays()[0].admission_type) == ("AA", 8)
    assert told[2].split("|")[2:5] == ["PV1^1^4", "103^Table value not found^HL70357", "W"]


def test_an_answer_turns_the_heading_round_and_names_the_message(send: Sent) -> None:
    told = send(adt.message("A01", "20261001093000+0000", number="M-1"))
    first = told[0].split("|")
    assert (first[2:6], first[8]) == (["WARDLIGHT", "GENERAL", "ADT", "GENERAL"], "ACK^A01^ACK")
    assert told[1] == "MSA|AA|M-1"


def test_a_revoked_ward_is_closed_at_once(send: Sent, client: EhrClient) -> None:
    client.is_active = False
    client.save()
    assert code(send(adt.admission())) == "AE"
    assert stays() == []


def test_times_without_offset_are_read_by_the_hospitals_clock(send: Sent, settings: LazySettings) -> None:
    settings.SITE_TIMEZONE = "America/New_York"
    send(adt.admission().replace(b"20261001093000+0000", b"20261001093000"))
    assert stays()[0].admitted_at == datetime(2026, 10, 1, 13, 30, tzinfo=UTC)


@hypothesis.settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_spoiled_message_is_always_answered_and_never_half_kept(client: EhrClient, data: st.DataObject) -> None:
    raw = bytearray(adt.update())
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(raw) - 1))
        instead = data.draw(st.binary(max_size=4) | st.sampled_from([b"|", b"^", b"\r", b"\\"]))
        raw[place : place + data.draw(st.integers(0, 3))] = instead
    before = len(stays())
    answer = receive(raw=bytes(raw), client=client).decode().split("\r")
    assert answer[0].startswith("MSH|")
    assert code(answer) in {"AA", "AE", "AR"}
    assert "|207^" not in "".join(answer)  # nothing that nobody foresaw
    assert len(stays()) == before or code(answer) == "AA"

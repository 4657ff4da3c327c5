from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.encounter_page import EncounterPage
from ...models.problem import Problem
from ...types import UNSET, Unset
from typing import cast
from uuid import UUID
import datetime



def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    discharged_since: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 50,
    on_the_ward: bool | Unset = UNSET,
    patient: UUID | Unset = UNSET,
    unit: str | Unset = UNSET,

) -> dict[str, Any]:
    

    

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    json_discharged_since: str | Unset = UNSET
    if not isinstance(discharged_since, Unset):
        json_discharged_since = discharged_since.isoformat()
    params["discharged_since"] = json_discharged_since

    params["limit"] = limit

    params["on_the_ward"] = on_the_ward

    json_patient: str | Unset = UNSET
    if not isinstance(patient, Unset):
        json_patient = str(patient)
    params["patient"] = json_patient

    params["unit"] = unit


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/encounters",
        "params": params,
    }


    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> EncounterPage | Problem | None:
    if response.status_code == 200:
        response_200 = EncounterPage.from_dict(response.json())



        return response_200

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())



        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())



        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())



        return response_403

    if response.status_code == 406:
        response_406 = Problem.from_dict(response.json())



        return response_406

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())



        return response_422

    if response.status_code == 429:
        response_429 = Problem.from_dict(response.json())



        return response_429

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())



        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[EncounterPage | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    discharged_since: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 50,
    on_the_ward: bool | Unset = UNSET,
    patient: UUID | Unset = UNSET,
    unit: str | Unset = UNSET,

) -> Response[EncounterPage | Problem]:
    """ List the stays of the wards that the token reaches

     List the stays of the wards that the token reaches

    Args:
        cursor (str | Unset):
        discharged_since (datetime.datetime | Unset):
        limit (int | Unset):  Default: 50.
        on_the_ward (bool | Unset):
        patient (UUID | Unset):
        unit (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[EncounterPage | Problem]
     """


    kwargs = _get_kwargs(
        cursor=cursor,
discharged_since=discharged_since,
limit=limit,
on_the_ward=on_the_ward,
patient=patient,
unit=unit,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    discharged_since: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 50,
    on_the_ward: bool | Unset = UNSET,
    patient: UUID | Unset = UNSET,
    unit: str | Unset = UNSET,

) -> EncounterPage | Problem | None:
    """ List the stays of the wards that the token reaches

     List the stays of the wards that the token reaches

    Args:
        cursor (str | Unset):
        discharged_since (datetime.datetime | Unset):
        limit (int | Unset):  Default: 50.
        on_the_ward (bool | Unset):
        patient (UUID | Unset):
        unit (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        EncounterPage | Problem
     """


    return sync_detailed(
        client=client,
cursor=cursor,
discharged_since=discharged_since,
limit=limit,
on_the_ward=on_the_ward,
patient=patient,
unit=unit,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    discharged_since: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 50,
    on_the_ward: bool | Unset = UNSET,
    patient: UUID | Unset = UNSET,
    unit: str | Unset = UNSET,

) -> Response[EncounterPage | Problem]:
    """ List the stays of the wards that the token reaches

     List the stays of the wards that the token reaches

    Args:
        cursor (str | Unset):
        discharged_since (datetime.datetime | Unset):
        limit (int | Unset):  Default: 50.
        on_the_ward (bool | Unset):
        patient (UUID | Unset):
        unit (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[EncounterPage | Problem]
     """


    kwargs = _get_kwargs(
        cursor=cursor,
discharged_since=discharged_since,
limit=limit,
on_the_ward=on_the_ward,
patient=patient,
unit=unit,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    discharged_since: datetime.datetime | Unset = UNSET,
    limit: int | Unset = 50,
    on_the_ward: bool | Unset = UNSET,
    patient: UUID | Unset = UNSET,
    unit: str | Unset = UNSET,

) -> EncounterPage | Problem | None:
    """ List the stays of the wards that the token reaches

     List the stays of the wards that the token reaches

    Args:
        cursor (str | Unset):
        discharged_since (datetime.datetime | Unset):
        limit (int | Unset):  Default: 50.
        on_the_ward (bool | Unset):
        patient (UUID | Unset):
        unit (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        EncounterPage | Problem
     """


    return (await asyncio_detailed(
        client=client,
cursor=cursor,
discharged_since=discharged_since,
limit=limit,
on_the_ward=on_the_ward,
patient=patient,
unit=unit,

    )).parsed

from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.encounter_facts import EncounterFacts
from ...models.problem import Problem
from ...models.scored_encounter import ScoredEncounter
from ...types import UNSET, Unset
from typing import cast
from uuid import UUID



def _get_kwargs(
    encounter_id: UUID,
    *,
    body: EncounterFacts,
    idempotency_key: str | Unset = UNSET,
    if_match: str,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    headers["If-Match"] = if_match



    

    

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/v1/encounters/{encounter_id}".format(encounter_id=quote(str(encounter_id), safe=""),),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Problem | ScoredEncounter | None:
    if response.status_code == 200:
        response_200 = ScoredEncounter.from_dict(response.json())



        return response_200

    if response.status_code == 202:
        response_202 = ScoredEncounter.from_dict(response.json())



        return response_202

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())



        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())



        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())



        return response_403

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())



        return response_404

    if response.status_code == 406:
        response_406 = Problem.from_dict(response.json())



        return response_406

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())



        return response_409

    if response.status_code == 412:
        response_412 = Problem.from_dict(response.json())



        return response_412

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())



        return response_413

    if response.status_code == 415:
        response_415 = Problem.from_dict(response.json())



        return response_415

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())



        return response_422

    if response.status_code == 428:
        response_428 = Problem.from_dict(response.json())



        return response_428

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Problem | ScoredEncounter]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    encounter_id: UUID,
    *,
    client: AuthenticatedClient,
    body: EncounterFacts,
    idempotency_key: str | Unset = UNSET,
    if_match: str,

) -> Response[Problem | ScoredEncounter]:
    """ Tell all facts of a stay anew; what is left out is no longer known

     Tell all facts of a stay anew; what is left out is no longer known

    Args:
        encounter_id (UUID):
        idempotency_key (str | Unset):
        if_match (str):
        body (EncounterFacts): One stay. The visit number says which: the same facts sent again
            change nothing.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | ScoredEncounter]
     """


    kwargs = _get_kwargs(
        encounter_id=encounter_id,
body=body,
idempotency_key=idempotency_key,
if_match=if_match,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    encounter_id: UUID,
    *,
    client: AuthenticatedClient,
    body: EncounterFacts,
    idempotency_key: str | Unset = UNSET,
    if_match: str,

) -> Problem | ScoredEncounter | None:
    """ Tell all facts of a stay anew; what is left out is no longer known

     Tell all facts of a stay anew; what is left out is no longer known

    Args:
        encounter_id (UUID):
        idempotency_key (str | Unset):
        if_match (str):
        body (EncounterFacts): One stay. The visit number says which: the same facts sent again
            change nothing.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | ScoredEncounter
     """


    return sync_detailed(
        encounter_id=encounter_id,
client=client,
body=body,
idempotency_key=idempotency_key,
if_match=if_match,

    ).parsed

async def asyncio_detailed(
    encounter_id: UUID,
    *,
    client: AuthenticatedClient,
    body: EncounterFacts,
    idempotency_key: str | Unset = UNSET,
    if_match: str,

) -> Response[Problem | ScoredEncounter]:
    """ Tell all facts of a stay anew; what is left out is no longer known

     Tell all facts of a stay anew; what is left out is no longer known

    Args:
        encounter_id (UUID):
        idempotency_key (str | Unset):
        if_match (str):
        body (EncounterFacts): One stay. The visit number says which: the same facts sent again
            change nothing.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | ScoredEncounter]
     """


    kwargs = _get_kwargs(
        encounter_id=encounter_id,
body=body,
idempotency_key=idempotency_key,
if_match=if_match,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    encounter_id: UUID,
    *,
    client: AuthenticatedClient,
    body: EncounterFacts,
    idempotency_key: str | Unset = UNSET,
    if_match: str,

) -> Problem | ScoredEncounter | None:
    """ Tell all facts of a stay anew; what is left out is no longer known

     Tell all facts of a stay anew; what is left out is no longer known

    Args:
        encounter_id (UUID):
        idempotency_key (str | Unset):
        if_match (str):
        body (EncounterFacts): One stay. The visit number says which: the same facts sent again
            change nothing.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | ScoredEncounter
     """


    return (await asyncio_detailed(
        encounter_id=encounter_id,
client=client,
body=body,
idempotency_key=idempotency_key,
if_match=if_match,

    )).parsed

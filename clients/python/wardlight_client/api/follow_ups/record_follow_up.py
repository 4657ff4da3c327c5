from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.follow_up import FollowUp
from ...models.new_follow_up import NewFollowUp
from ...models.problem import Problem
from ...types import UNSET, Unset
from typing import cast
from uuid import UUID



def _get_kwargs(
    encounter_id: UUID,
    *,
    body: NewFollowUp,
    idempotency_key: str | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key



    

    

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/encounters/{encounter_id}/follow-ups".format(encounter_id=quote(str(encounter_id), safe=""),),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> FollowUp | Problem | None:
    if response.status_code == 201:
        response_201 = FollowUp.from_dict(response.json())



        return response_201

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

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())



        return response_413

    if response.status_code == 415:
        response_415 = Problem.from_dict(response.json())



        return response_415

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[FollowUp | Problem]:
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
    body: NewFollowUp,
    idempotency_key: str | Unset = UNSET,

) -> Response[FollowUp | Problem]:
    """ Record what was done about a stay

     Record what was done about a stay

    Args:
        encounter_id (UUID):
        idempotency_key (str | Unset):
        body (NewFollowUp): What was done, and in sight of which prediction.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FollowUp | Problem]
     """


    kwargs = _get_kwargs(
        encounter_id=encounter_id,
body=body,
idempotency_key=idempotency_key,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    encounter_id: UUID,
    *,
    client: AuthenticatedClient,
    body: NewFollowUp,
    idempotency_key: str | Unset = UNSET,

) -> FollowUp | Problem | None:
    """ Record what was done about a stay

     Record what was done about a stay

    Args:
        encounter_id (UUID):
        idempotency_key (str | Unset):
        body (NewFollowUp): What was done, and in sight of which prediction.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FollowUp | Problem
     """


    return sync_detailed(
        encounter_id=encounter_id,
client=client,
body=body,
idempotency_key=idempotency_key,

    ).parsed

async def asyncio_detailed(
    encounter_id: UUID,
    *,
    client: AuthenticatedClient,
    body: NewFollowUp,
    idempotency_key: str | Unset = UNSET,

) -> Response[FollowUp | Problem]:
    """ Record what was done about a stay

     Record what was done about a stay

    Args:
        encounter_id (UUID):
        idempotency_key (str | Unset):
        body (NewFollowUp): What was done, and in sight of which prediction.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[FollowUp | Problem]
     """


    kwargs = _get_kwargs(
        encounter_id=encounter_id,
body=body,
idempotency_key=idempotency_key,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    encounter_id: UUID,
    *,
    client: AuthenticatedClient,
    body: NewFollowUp,
    idempotency_key: str | Unset = UNSET,

) -> FollowUp | Problem | None:
    """ Record what was done about a stay

     Record what was done about a stay

    Args:
        encounter_id (UUID):
        idempotency_key (str | Unset):
        body (NewFollowUp): What was done, and in sight of which prediction.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        FollowUp | Problem
     """


    return (await asyncio_detailed(
        encounter_id=encounter_id,
client=client,
body=body,
idempotency_key=idempotency_key,

    )).parsed

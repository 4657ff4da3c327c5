from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.problem import Problem
from ...models.read_worklist_band import check_read_worklist_band
from ...models.read_worklist_band import ReadWorklistBand
from ...models.read_worklist_follow_up import check_read_worklist_follow_up
from ...models.read_worklist_follow_up import ReadWorklistFollowUp
from ...models.read_worklist_view import check_read_worklist_view
from ...models.read_worklist_view import ReadWorklistView
from ...models.worklist_page import WorklistPage
from ...types import UNSET, Unset
from typing import cast



def _get_kwargs(
    *,
    band: ReadWorklistBand | Unset = UNSET,
    cursor: str | Unset = UNSET,
    follow_up: ReadWorklistFollowUp | Unset = UNSET,
    unit: str | Unset = UNSET,
    view: ReadWorklistView | Unset = 'ward',

) -> dict[str, Any]:
    

    

    params: dict[str, Any] = {}

    json_band: str | Unset = UNSET
    if not isinstance(band, Unset):
        json_band = band

    params["band"] = json_band

    params["cursor"] = cursor

    json_follow_up: str | Unset = UNSET
    if not isinstance(follow_up, Unset):
        json_follow_up = follow_up

    params["follow_up"] = json_follow_up

    params["unit"] = unit

    json_view: str | Unset = UNSET
    if not isinstance(view, Unset):
        json_view = view

    params["view"] = json_view


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/worklist",
        "params": params,
    }


    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Problem | WorklistPage | None:
    if response.status_code == 200:
        response_200 = WorklistPage.from_dict(response.json())



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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Problem | WorklistPage]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    band: ReadWorklistBand | Unset = UNSET,
    cursor: str | Unset = UNSET,
    follow_up: ReadWorklistFollowUp | Unset = UNSET,
    unit: str | Unset = UNSET,
    view: ReadWorklistView | Unset = 'ward',

) -> Response[Problem | WorklistPage]:
    """ Read the worklist, the highest risk first

     Read the worklist, the highest risk first

    Args:
        band (ReadWorklistBand | Unset):
        cursor (str | Unset):
        follow_up (ReadWorklistFollowUp | Unset):
        unit (str | Unset):
        view (ReadWorklistView | Unset):  Default: 'ward'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | WorklistPage]
     """


    kwargs = _get_kwargs(
        band=band,
cursor=cursor,
follow_up=follow_up,
unit=unit,
view=view,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    *,
    client: AuthenticatedClient,
    band: ReadWorklistBand | Unset = UNSET,
    cursor: str | Unset = UNSET,
    follow_up: ReadWorklistFollowUp | Unset = UNSET,
    unit: str | Unset = UNSET,
    view: ReadWorklistView | Unset = 'ward',

) -> Problem | WorklistPage | None:
    """ Read the worklist, the highest risk first

     Read the worklist, the highest risk first

    Args:
        band (ReadWorklistBand | Unset):
        cursor (str | Unset):
        follow_up (ReadWorklistFollowUp | Unset):
        unit (str | Unset):
        view (ReadWorklistView | Unset):  Default: 'ward'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | WorklistPage
     """


    return sync_detailed(
        client=client,
band=band,
cursor=cursor,
follow_up=follow_up,
unit=unit,
view=view,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    band: ReadWorklistBand | Unset = UNSET,
    cursor: str | Unset = UNSET,
    follow_up: ReadWorklistFollowUp | Unset = UNSET,
    unit: str | Unset = UNSET,
    view: ReadWorklistView | Unset = 'ward',

) -> Response[Problem | WorklistPage]:
    """ Read the worklist, the highest risk first

     Read the worklist, the highest risk first

    Args:
        band (ReadWorklistBand | Unset):
        cursor (str | Unset):
        follow_up (ReadWorklistFollowUp | Unset):
        unit (str | Unset):
        view (ReadWorklistView | Unset):  Default: 'ward'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | WorklistPage]
     """


    kwargs = _get_kwargs(
        band=band,
cursor=cursor,
follow_up=follow_up,
unit=unit,
view=view,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    *,
    client: AuthenticatedClient,
    band: ReadWorklistBand | Unset = UNSET,
    cursor: str | Unset = UNSET,
    follow_up: ReadWorklistFollowUp | Unset = UNSET,
    unit: str | Unset = UNSET,
    view: ReadWorklistView | Unset = 'ward',

) -> Problem | WorklistPage | None:
    """ Read the worklist, the highest risk first

     Read the worklist, the highest risk first

    Args:
        band (ReadWorklistBand | Unset):
        cursor (str | Unset):
        follow_up (ReadWorklistFollowUp | Unset):
        unit (str | Unset):
        view (ReadWorklistView | Unset):  Default: 'ward'.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | WorklistPage
     """


    return (await asyncio_detailed(
        client=client,
band=band,
cursor=cursor,
follow_up=follow_up,
unit=unit,
view=view,

    )).parsed

"""What routes are given: the running service, and who is asking."""

from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from app.api.problems import ProblemError
from app.service import Service
from app.utterance import Speaker
from devices.plant import Role
from models.errors import ModelsError
from models.operator import Operator

bearer = HTTPBearer(auto_error=False, description="A key made with `wanwan keys create`.")


def get_service(request: Request) -> Service:
    """Return the service that this application serves."""
    service: Service = request.app.state.service
    return service


ServiceDep = Annotated[Service, Depends(get_service)]


async def get_key(
    service: ServiceDep, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Operator:
    """Return whose key this is; 401 without a valid one, 503 when keys cannot be checked."""
    if credentials is None:
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "key_missing",
            "This needs a key: send the header 'Authorization: Bearer KEY' with a key from 'wanwan keys create'.",
        )
    try:
        key = await service.keys.authenticate(credentials.credentials)
    except ModelsError as exc:
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, exc.code, "Keys cannot be checked now; try again.") from exc
    if key is None:
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "key_unknown",
            "This key is unknown or revoked; make one with 'wanwan keys create'.",
        )
    return key


KeyDep = Annotated[Operator, Depends(get_key)]


async def get_speaker(key: KeyDep) -> Speaker:
    """Return who speaks with this key."""
    return Speaker(name=key.name, role=Role(key.role))


SpeakerDep = Annotated[Speaker, Depends(get_speaker)]


async def get_admin(speaker: SpeakerDep) -> Speaker:
    """Return the speaker if an administrator; else 403."""
    if speaker.role.rank < Role.ADMIN.rank:
        raise ProblemError(HTTPStatus.FORBIDDEN, "role_too_low", "Only an administrator's key may do this.")
    return speaker


AdminDep = Annotated[Speaker, Depends(get_admin)]

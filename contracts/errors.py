"""Errors that a caller may expect. They cross the bus, the engine link and REST as themselves.

ContractError
├── InvalidRequest          the arguments do not fit the contract
├── InternalError           the other side failed in a way no contract names; its log says how
├── DeadlineExceeded        no answer in time; the call may or may not have had its effect
├── OutcomeUnknown          a repeated command whose first run never reported back
├── ServiceUnavailable      the service or the message broker is away
├── StoreUnavailable        the service runs, its Redis does not answer
├── StorageFull             Redis refuses writes, or the disk is nearly full; what is stored is safe
├── EngineDown              the service runs, its engine does not (it is being restarted)
├── SignInRequired          no valid login session
├── SignedOut               the stack is not signed in: there is no account to act for
├── SignInFailed            the server did not let us in; `reason` says why
├── AccountTaken            the stack belongs to another account
├── TooManyAttempts         sign-in is blocked for a while
├── ForbiddenOrigin         the request comes from a page that is not ours
├── NotFound                no such resource
├── CallNotFound            no such call, or it ended long ago
├── CallNotPlaced           nothing was sent: no transport, or too many calls
├── AudioSinkUnavailable    the sound server of the computer does not answer
├── NoScreen                no browser or program has the audio at the moment
├── WrongCallState          the call cannot do this now
├── TargetUndiallable       nobody can be called by this text; `problem` says why
├── LampNotFound            nobody of this number is watched
├── WrongLampState          no call waits there
├── NotOffered              the instance profile names no number for this
├── TeamNotFound            no such team, or the person is no member of it
├── TeamUnavailable         the PBX does not tell of the team now, or refuses; `reason` says why
├── WrongTeamState          the member cannot do this now
├── ChatDisconnected        this needs the chat server, and there is no connection to it
├── ChatRefused             the chat server does not do what was asked; `condition` says why
├── UploadFailed            a file was not taken; `reason` says why
├── FileUnavailable         a file is not there, or may not be fetched
├── WrongMessageState       the message cannot do this now
├── WrongRoomState          we are in the room no longer
└── RoomFailed              the server did not do something about a room; `reason` says why
"""

from typing import Any, ClassVar


class ContractError(Exception):
    """Base of all expected errors; `code` is the stable name that clients branch on."""

    code: ClassVar[str] = "contract_error"
    http_status: ClassVar[int] = 500
    by_code: ClassVar[dict[str, type["ContractError"]]] = {}

    def __init__(self, detail: str = "", **fields: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = fields

    def __init_subclass__(cls) -> None:
        if ContractError.by_code.setdefault(cls.code, cls) is not cls:
            raise TypeError(f"two errors have the code {cls.code!r}")

    def dump(self) -> dict[str, Any]:
        """JSON values; `exc_type` and `value` are what nameko's own clients look for."""
        return {
            "code": self.code,
            "detail": self.detail,
            "fields": self.fields,
            "exc_type": type(self).__name__,
            "value": self.detail,
        }

    @staticmethod
    def load(error: dict[str, Any]) -> "ContractError":
        """The error that `dump` described; an unknown code becomes InternalError."""
        error_type = ContractError.by_code.get(error.get("code", ""), InternalError)
        return error_type(
            error.get("detail") or str(error.get("value", "")), **error.get("fields", {})
        )


class InvalidRequest(ContractError):
    """The arguments do not fit the contract."""

    code = "invalid_request"
    http_status = 422


class InternalError(ContractError):
    """The other side failed in a way no contract names."""

    code = "internal_error"


class DeadlineExceeded(ContractError):
    """No answer in time."""

    code = "deadline_exceeded"
    http_status = 504


class OutcomeUnknown(ContractError):
    """A repeated command whose first run never reported back."""

    code = "outcome_unknown"
    http_status = 409


class ServiceUnavailable(ContractError):
    """The service or the message broker is away."""

    code = "service_unavailable"
    http_status = 503


class StoreUnavailable(ContractError):
    """Redis does not answer."""

    code = "store_unavailable"
    http_status = 503


class StorageFull(ContractError):
    """Nothing new can be stored: Redis refuses writes, or the disk is nearly full."""

    code = "storage_full"
    http_status = 507


class EngineDown(ContractError):
    """The engine of the service is being restarted."""

    code = "engine_down"
    http_status = 503


class SignInRequired(ContractError):
    """No valid login session."""

    code = "sign_in_required"
    http_status = 401


class SignedOut(ContractError):
    """The stack is not signed in."""

    code = "signed_out"
    http_status = 409


class SignInFailed(ContractError):
    """The server did not let us in.

    `side` is the Side that did not, `reason` a RegistrationProblem or a ChatProblem; `sides` has
    the reason of each, and `accepted` is the side that would have let us in, if one would.
    """

    code = "sign_in_failed"
    http_status = 403


class AccountTaken(ContractError):
    """The stack belongs to another account."""

    code = "account_taken"
    http_status = 409


class TooManyAttempts(ContractError):
    """Sign-in is blocked; `retry_in_s` says for how long."""

    code = "too_many_attempts"
    http_status = 429


class ForbiddenOrigin(ContractError):
    """The request comes from a page that is not ours."""

    code = "forbidden_origin"
    http_status = 403


class NotFound(ContractError):
    """No such resource."""

    code = "not_found"
    http_status = 404


class CallNotFound(ContractError):
    """No such call, or it ended long ago."""

    code = "call_not_found"
    http_status = 404


class CallNotPlaced(ContractError):
    """Nothing was sent: no transport, or too many calls."""

    code = "call_not_placed"
    http_status = 503


class AudioSinkUnavailable(ContractError):
    """The sound server of the computer does not answer, or the stack was given none."""

    code = "audio_sink_unavailable"
    http_status = 503


class NoScreen(ContractError):
    """No browser or program has the audio at the moment."""

    code = "no_screen"
    http_status = 409


class WrongCallState(ContractError):
    """The call cannot do this now."""

    code = "wrong_call_state"
    http_status = 409


class TargetUndiallable(ContractError):
    """Nobody can be called by this text; `problem` says why. Nothing was sent."""

    code = "target_undiallable"
    http_status = 422


class LampNotFound(ContractError):
    """Nobody of this number is watched."""

    code = "lamp_not_found"
    http_status = 404


class WrongLampState(ContractError):
    """No call waits there. `state` is a LampState."""

    code = "wrong_lamp_state"
    http_status = 409


class NotOffered(ContractError):
    """The PBX does not offer this, as far as the instance profile tells."""

    code = "not_offered"
    http_status = 409


class TeamNotFound(ContractError):
    """No such team, or the person is no member of it."""

    code = "team_not_found"
    http_status = 404


class TeamUnavailable(ContractError):
    """The PBX does not tell of the team, or refuses. `reason` is a TeamProblem, if it is known."""

    code = "team_unavailable"
    http_status = 503


class WrongTeamState(ContractError):
    """The member cannot do this now."""

    code = "wrong_team_state"
    http_status = 409


class ChatDisconnected(ContractError):
    """There is no connection to the chat server."""

    code = "chat_disconnected"
    http_status = 503


class ChatRefused(ContractError):
    """The chat server does not do it. `condition` is that of RFC 6120 section 8.3.3."""

    code = "chat_refused"
    http_status = 502


class WrongMessageState(ContractError):
    """The message cannot do this now."""

    code = "wrong_message_state"
    http_status = 409


class WrongRoomState(ContractError):
    """We are in the room no longer."""

    code = "wrong_room_state"
    http_status = 409


class RoomFailed(ContractError):
    """The server did not do something about a room. `reason` is a RoomProblem."""

    code = "room_failed"
    http_status = 502


class UploadFailed(ContractError):
    """A file was not taken. `reason` is an UploadProblem, `largest_bytes` what the server takes."""

    code = "upload_failed"
    http_status = 502


class FileUnavailable(ContractError):
    """A file is not there, or it is at a place that nothing is fetched from."""

    code = "file_unavailable"
    http_status = 502

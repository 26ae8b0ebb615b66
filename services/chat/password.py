"""The password at the chat server (XEP-0077), changed from here."""

import hmac

from bus.rpc import rpc
from contracts.chat_connection import ChangePassword
from contracts.errors import InvalidRequest
from services.chat.asking import AskingPart


class PasswordPart(AskingPart):
    """The part of ChatService that is about the password."""

    @rpc
    def change_password(self, request: ChangePassword) -> None:
        account = self.require_account()
        typed = request.current.get_secret_value().encode()
        if not hmac.compare_digest(typed, account.password.get_secret_value().encode()):
            raise InvalidRequest("not the password", field="current")
        self.ask(lambda query_id: self.engine.change_password(query_id, request))
        with self.keeper.lock:
            changed = account.model_copy(update={"password": request.new})
            is_remembered = self.store.get_sealed_account() is not None
            self.keeper.put(changed, self.store, self.vault, remember=is_remembered)

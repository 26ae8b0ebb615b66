"""What service and engine say to each other about avatars."""

from contracts.avatars import AvatarId, Content, PictureType
from contracts.base import Model
from contracts.identity import BareJid


class AvatarNews(Model):
    """Which picture somebody says they have."""

    jid: BareJid
    avatar_id: AvatarId | None
    is_in_vcard: bool = False
    """Only their vCard has it (XEP-0153)."""


class AvatarFetched(Model):
    """The answer to `fetch_avatar`: a picture of this id, which may be anything else as well."""

    jid: BareJid
    avatar_id: AvatarId
    content: Content


class OwnPicture(Model):
    """What to publish."""

    avatar_id: AvatarId
    media_type: PictureType
    width_px: int
    height_px: int
    content: Content

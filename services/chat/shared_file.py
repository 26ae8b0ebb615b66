"""What the address of a file tells of it."""

import mimetypes
import posixpath
from urllib.parse import unquote, urlsplit

from pydantic import TypeAdapter, ValidationError

from contracts.files import LONGEST_NAME, SharedFile, WebUrl
from services.chat.plain_text import one_line

_url: TypeAdapter[str] = TypeAdapter(WebUrl)


def file_at(url: str | None) -> SharedFile | None:
    """What an address tells of the file there; None if it is no address of the web."""
    try:
        found = _url.validate_python(url)
    except ValidationError:
        return None
    path = urlsplit(found).path
    name = one_line(unquote(posixpath.basename(path)).replace("/", "_"), LONGEST_NAME)
    media_type, _encoding = mimetypes.guess_type(name)
    return SharedFile(url=found, name=name or "file", media_type=media_type)

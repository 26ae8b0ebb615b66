"""What the address of a file tells of it."""

import pytest

from services.chat.shared_file import file_at


@pytest.mark.parametrize(
    ("url", "name", "media_type"),
    [
        ("https://files.example/a/b/photo.jpg", "photo.jpg", "image/jpeg"),
        ("https://files.example/a/Gr%C3%B6%C3%9Fe.pdf?x=1#y", "Größe.pdf", "application/pdf"),
        ("https://files.example/a/%E2%80%AEfdp.exe", "fdp.exe", None),
        ("https://files.example/..%2F..%2Fetc%2Fpasswd", ".._.._etc_passwd", None),
        ("https://files.example/a%0Ab.txt", "a b.txt", "text/plain"),
        ("http://files.example/", "file", None),
    ],
)
def test_a_name_is_one_line_and_no_path(url: str, name: str, media_type: str | None):
    file = file_at(url)

    assert file is not None
    assert file.url == url
    assert file.name == name
    if media_type is not None:
        assert file.media_type == media_type


@pytest.mark.parametrize(
    "url", [None, "", "file:///etc/passwd", "javascript:alert(1)//x/y", "aesgcm://x/y", "https://x"]
)
def test_other_addresses_are_no_files(url: str | None):
    assert file_at(url) is None

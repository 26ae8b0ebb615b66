"""The peer of a remote browser: the same browser's WebRTC, and aiortc at the other end."""

import json
import subprocess
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from deploy.program import REPOSITORY

NAME = "aiortc"
VERSION = "1.16.0"
_ENVIRONMENT = REPOSITORY / "build" / "aiortc"
_ECHO = Path(__file__).with_name("webrtc_echo.py")


def install() -> Path:
    """Its Python, made the first time; nothing else of the project depends on it."""
    python = _ENVIRONMENT / "bin" / "python"
    if not list(_ENVIRONMENT.glob("lib/*/site-packages/aiortc/__init__.py")):
        venv.create(_ENVIRONMENT, clear=True)
        command = (sys.executable, "-m", "uv", "pip", "install", "-q", "--python", str(python))
        subprocess.run((*command, f"{NAME}=={VERSION}"), check=True)
    return python


@contextmanager
def webrtc_call(page: Page) -> Iterator[None]:
    """The page hears its own microphone, there and back. aiortc runs where this is called."""
    with subprocess.Popen(
        (install(), _ECHO), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as echo:
        print(json.dumps(page.evaluate(_OFFER)), file=echo.stdin, flush=True)
        page.evaluate(_ACCEPT, json.loads(echo.stdout.readline()))
        yield
        page.evaluate("() => window.peer.close()")


_OFFER = """async () => {
  const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true }
  const stream = await navigator.mediaDevices.getUserMedia({ audio })
  const peer = (window.peer = new RTCPeerConnection())
  const player = new Audio()
  peer.ontrack = ({ track }) => {
    player.srcObject = new MediaStream([track])
    player.play()
  }
  for (const track of stream.getTracks()) peer.addTrack(track, stream)
  await peer.setLocalDescription()
  while (peer.iceGatheringState !== 'complete')
    await new Promise((resolve) => (peer.onicegatheringstatechange = resolve))
  return { type: 'offer', sdp: peer.localDescription.sdp }
}"""
_ACCEPT = """async (answer) => {
  await window.peer.setRemoteDescription(answer)
  while (window.peer.connectionState !== 'connected')
    await new Promise((resolve) => (window.peer.onconnectionstatechange = resolve))
}"""

"""Whoever sends sound by WebRTC hears it again: aiortc, in an environment of its own.

Run by that environment's Python: an SDP offer comes on a line, as JSON; the answer goes back.
"""

import asyncio
import json
import sys

from aiortc import RTCPeerConnection, RTCSessionDescription


async def main() -> None:
    """Until standard input ends."""
    connection = RTCPeerConnection()
    connection.on("track", connection.addTrack)
    read_line = asyncio.get_running_loop().run_in_executor
    offer = json.loads(await read_line(None, sys.stdin.readline))
    await connection.setRemoteDescription(RTCSessionDescription(**offer))
    await connection.setLocalDescription(await connection.createAnswer())
    local = connection.localDescription
    print(json.dumps({"type": local.type, "sdp": local.sdp}), flush=True)
    await read_line(None, sys.stdin.readline)
    await connection.close()


asyncio.run(main())

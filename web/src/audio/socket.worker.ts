/** Owns the audio socket, so that a busy page delays no frame. */
import type { AudioFormat } from '@/api/types'

export type ToSocketWorker =
  | { kind: 'open'; url: string }
  /** Frames go up from the first port and down to the second. */
  | { kind: 'connect'; up: MessagePort; down: MessagePort }
export type FromSocketWorker =
  { kind: 'format'; format: AudioFormat } | { kind: 'closed'; code: number }

/** More than this unsent is late already: frames are dropped. */
const LARGEST_BACKLOG_BYTES = 6400

let socket: WebSocket | undefined
let down: MessagePort | undefined

onmessage = ({ data }: MessageEvent<ToSocketWorker>) => {
  if (data.kind === 'open') open(data.url)
  else connect(data.up, data.down)
}

function open(url: string): void {
  socket = new WebSocket(url)
  socket.binaryType = 'arraybuffer'
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (typeof data === 'string') say({ kind: 'format', format: JSON.parse(data) as AudioFormat })
    else down?.postMessage(data, [data])
  }
  socket.onclose = ({ code }) => say({ kind: 'closed', code })
}

function connect(up: MessagePort, toPlayback: MessagePort): void {
  down = toPlayback
  up.onmessage = ({ data }: MessageEvent<ArrayBuffer>) => {
    if (socket?.readyState !== WebSocket.OPEN) return
    if (socket.bufferedAmount <= LARGEST_BACKLOG_BYTES) socket.send(data)
  }
}

function say(message: FromSocketWorker): void {
  postMessage(message)
}

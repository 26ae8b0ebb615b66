/** Owns the audio sockets and the codec, so that a busy page delays no frame. */
import type { AudioCodec, AudioFormat } from '@/api/types'
import { Lanes } from './lanes'
import { hasOpus, Opus } from './opus'

export type ToSocketWorker =
  | { kind: 'open'; path: string; query: Record<string, string>; codec: AudioCodec }
  /** Frames of samples go up from the first port and down to the second. */
  | { kind: 'connect'; up: MessagePort; down: MessagePort }
export type FromSocketWorker =
  | { kind: 'format'; format: AudioFormat }
  | { kind: 'closed'; code: number }
  /** The browser's codec gave up. */
  | { kind: 'codecFailed' }

let lanes: Lanes | undefined
let opus: Opus | undefined
let down: MessagePort | undefined

onmessage = ({ data }: MessageEvent<ToSocketWorker>) => {
  if (data.kind === 'open') void open(data.path, data.query, data.codec)
  else connect(data.up, data.down)
}

async function open(path: string, query: Record<string, string>, wanted: AudioCodec) {
  const codec = wanted === 'opus' && (await hasOpus()) ? 'opus' : 'pcm'
  lanes = new Lanes(`${path}?${new URLSearchParams({ ...query, codec })}`, {
    formatReceived: (format) => {
      if (format.codec === 'opus') opus = new Opus(format, { packed, unpacked, failed })
      say({ kind: 'format', format })
    },
    received: (frame) => (opus === undefined ? unpacked(frame) : opus.unpack(frame)),
    closed: (code) => say({ kind: 'closed', code }),
  })
}

function connect(up: MessagePort, toPlayback: MessagePort): void {
  down = toPlayback
  up.onmessage = ({ data }: MessageEvent<ArrayBuffer>) =>
    opus === undefined ? packed(data) : opus.pack(data)
}

const packed = (frame: ArrayBuffer) => lanes?.send(frame)
const unpacked = (frame: ArrayBuffer) => down?.postMessage(frame, [frame])
const failed = () => say({ kind: 'codecFailed' })

function say(message: FromSocketWorker): void {
  postMessage(message)
}

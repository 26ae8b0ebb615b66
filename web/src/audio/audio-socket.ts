/** The connection to the stack's audio, made again whenever it breaks. */
import type { AudioCodec, AudioFormat } from '@/api/types'
import type { FromSocketWorker, ToSocketWorker } from './socket.worker'
import socketUrl from './socket.worker.ts?worker&url'

const SIGN_IN_REQUIRED = 4000
const REPLACED = 4001
/** Unknown codec, malformed frame. */
const CODEC_REFUSED = [4003, 4004]
const FIRST_DELAY_MS = 250
const LONGEST_DELAY_MS = 4000

export interface SocketListener {
  /** Connected: `connect` may now be called. */
  formatReceived(format: AudioFormat): void
  /** The connection broke; another one is being made. */
  lost(): void
  /** Another screen took the audio, or nobody is signed in: no other attempt is made. */
  ended(): void
}

export class AudioSocket {
  #worker: Worker | null = null
  #screen = ''
  #isResuming = false
  #codec: AudioCodec = 'pcm'
  #retry: ReturnType<typeof setTimeout> | undefined
  #delayMs = FIRST_DELAY_MS

  constructor(private readonly listener: SocketListener) {}

  /** Connect as this screen; `resume` asks for the audio only if no other screen has taken it since. */
  open(screen: string, options: { resume: boolean; codec: AudioCodec }): void {
    this.close()
    this.#screen = screen
    this.#isResuming = options.resume
    this.#codec = options.codec
    const worker = new Worker(socketUrl, { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<FromSocketWorker>) => this.#hear(data)
    this.#worker = worker
    const query = { screen, resume: String(options.resume) }
    this.#say({ kind: 'open', path: '/api/v1/audio', query, codec: options.codec })
  }

  /** Give up a connection that may be dead; another one is made at once. */
  reopen(codec = this.#codec): void {
    this.open(this.#screen, { resume: this.#isResuming, codec })
  }

  connect(up: MessagePort, down: MessagePort): void {
    this.#say({ kind: 'connect', up, down }, [up, down])
  }

  close(): void {
    clearTimeout(this.#retry)
    this.#worker?.terminate()
    this.#worker = null
  }

  #hear(message: FromSocketWorker): void {
    if (message.kind === 'format') {
      this.#delayMs = FIRST_DELAY_MS
      this.#isResuming = true // it is ours; whoever takes it from now on is not to be robbed
      this.listener.formatReceived(message.format)
      return
    }
    this.close()
    if (message.kind === 'codecFailed' || CODEC_REFUSED.includes(message.code)) {
      this.#codec = 'pcm' // which everybody has
      this.#lose()
      return
    }
    if (message.code === REPLACED || message.code === SIGN_IN_REQUIRED) {
      this.listener.ended()
      return
    }
    this.#lose()
  }

  #lose(): void {
    this.listener.lost()
    this.#retry = setTimeout(() => this.reopen(), this.#delayMs)
    this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_DELAY_MS)
  }

  #say(message: ToSocketWorker, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer)
  }
}

/** The connection to the stack's audio, made again whenever it breaks. */
import type { AudioFormat } from '@/api/types'
import type { FromSocketWorker, ToSocketWorker } from './socket.worker'

const SIGN_IN_REQUIRED = 4000
const REPLACED = 4001
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
  #retry: ReturnType<typeof setTimeout> | undefined
  #delayMs = FIRST_DELAY_MS

  constructor(private readonly listener: SocketListener) {}

  open(): void {
    this.close()
    const worker = new Worker(new URL('./socket.worker.ts', import.meta.url), { type: 'module' })
    worker.onmessage = ({ data }: MessageEvent<FromSocketWorker>) => this.#hear(data)
    this.#worker = worker
    this.#say({ kind: 'open', url: `/api/v1/audio` })
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
      this.listener.formatReceived(message.format)
      return
    }
    this.close()
    if (message.code === REPLACED || message.code === SIGN_IN_REQUIRED) {
      this.listener.ended()
      return
    }
    this.listener.lost()
    this.#retry = setTimeout(() => this.open(), this.#delayMs)
    this.#delayMs = Math.min(this.#delayMs * 2, LONGEST_DELAY_MS)
  }

  #say(message: ToSocketWorker, transfer: Transferable[] = []): void {
    this.#worker?.postMessage(message, transfer)
  }
}

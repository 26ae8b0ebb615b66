/** Cuts the microphone's samples into frames and sends them to its frame port. */
import { createFrame } from './frames'

export interface ToCapture {
  port: MessagePort
}
export interface CaptureOptions {
  frameSamples: number
}

const FULL_SCALE = 32767

class CaptureProcessor extends AudioWorkletProcessor {
  readonly #frameSamples: number
  #port: MessagePort | null = null
  #frame: ReturnType<typeof createFrame> | null = null
  #filled = 0
  #sequence = 0

  constructor(options: AudioWorkletNodeOptions) {
    super(options)
    this.#frameSamples = (options.processorOptions as CaptureOptions).frameSamples
    this.port.onmessage = ({ data }: MessageEvent<ToCapture>) => (this.#port = data.port)
  }

  process(inputs: Float32Array[][]): boolean {
    const samples = inputs[0]?.[0]
    if (samples !== undefined && this.#port !== null) {
      for (const sample of samples) this.#add(sample, this.#port)
    }
    return true
  }

  #add(sample: number, port: MessagePort): void {
    this.#frame ??= createFrame(this.#frameSamples, this.#sequence++, currentTime)
    this.#frame.pcm[this.#filled++] = Math.max(-1, Math.min(1, sample)) * FULL_SCALE
    if (this.#filled < this.#frameSamples) return
    port.postMessage(this.#frame.frame, [this.#frame.frame])
    this.#frame = null
    this.#filled = 0
  }
}

registerProcessor('capture', CaptureProcessor)

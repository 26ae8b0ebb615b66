/** Frames of samples to frames of Opus packets and back, by the browser's own codec (WebCodecs). */
import type { AudioFormat } from '@/api/types'
import { createFrame, emptyFrame, payloadOf, pcmOf, sequenceOf } from './frames'

const BIT_RATE_BPS = 32_000
const COMPLEXITY = 5
const FULL_SCALE = 32767

declare global {
  /** TypeScript's library does not know these members of the registration yet. */
  interface OpusEncoderConfig {
    application?: 'voip' | 'audio' | 'lowdelay'
    signal?: 'auto' | 'music' | 'voice'
  }
}

export interface OpusListener {
  packed(frame: ArrayBuffer): void
  unpacked(frame: ArrayBuffer): void
  /** The browser cannot do what it said it could. */
  failed(): void
}

const encoderConfig = (clockRateHz: number, frameMs: number): AudioEncoderConfig => ({
  codec: 'opus',
  sampleRate: clockRateHz,
  numberOfChannels: 1,
  bitrate: BIT_RATE_BPS,
  opus: {
    application: 'voip',
    signal: 'voice',
    complexity: COMPLEXITY,
    frameDuration: frameMs * 1000,
  },
})

/** Whether this browser has it; only in a secure context, as the microphone. */
export async function hasOpus(): Promise<boolean> {
  if (typeof AudioEncoder === 'undefined' || typeof AudioDecoder === 'undefined') return false
  const { supported } = await AudioEncoder.isConfigSupported(encoderConfig(48_000, 20))
  return supported === true
}

export class Opus {
  readonly #encoder: AudioEncoder
  #decoder: AudioDecoder
  #packed = 0
  #unpacked = 0

  constructor(
    private readonly format: AudioFormat,
    private readonly listener: OpusListener,
  ) {
    this.#encoder = new AudioEncoder({
      output: (packet) => this.#give(packet),
      error: () => listener.failed(),
    })
    this.#encoder.configure(encoderConfig(format.clock_rate_hz, format.frame_ms))
    this.#decoder = this.#newDecoder()
  }

  pack(frame: ArrayBuffer): void {
    const pcm = pcmOf(frame)
    const sound = new AudioData({
      format: 's16',
      sampleRate: this.format.clock_rate_hz,
      numberOfFrames: pcm.length,
      numberOfChannels: 1,
      timestamp: this.#timestamp(sequenceOf(frame)),
      data: pcm,
    })
    this.#encoder.encode(sound)
    sound.close()
  }

  /** A packet that is none is left out; the next one begins anew. */
  unpack(frame: ArrayBuffer): void {
    if (this.#decoder.state === 'closed') this.#decoder = this.#newDecoder()
    const data = payloadOf(frame)
    const timestamp = this.#timestamp(sequenceOf(frame))
    this.#decoder.decode(new EncodedAudioChunk({ type: 'key', timestamp, data }))
  }

  close(): void {
    for (const end of [this.#encoder, this.#decoder]) if (end.state !== 'closed') end.close()
  }

  #newDecoder(): AudioDecoder {
    const decoder = new AudioDecoder({
      output: (sound) => this.#take(sound),
      error: (error) => console.error('packet of the stack', error),
    })
    const { clock_rate_hz: sampleRate } = this.format
    decoder.configure({ codec: 'opus', sampleRate, numberOfChannels: 1 })
    return decoder
  }

  #give(packet: EncodedAudioChunk): void {
    const { frame, payload } = emptyFrame(packet.byteLength, this.#packed++, nowS())
    packet.copyTo(payload)
    this.listener.packed(frame)
  }

  #take(sound: AudioData): void {
    const samples = new Float32Array(sound.numberOfFrames)
    sound.copyTo(samples, { planeIndex: 0, format: 'f32-planar' })
    sound.close()
    const { frame, pcm } = createFrame(samples.length, this.#unpacked++, nowS())
    for (const [i, sample] of samples.entries()) pcm[i] = clamp(sample) * FULL_SCALE
    this.listener.unpacked(frame)
  }

  #timestamp(sequence: number): number {
    return sequence * this.format.frame_ms * 1000
  }
}

const nowS = () => performance.now() / 1000
const clamp = (sample: number) => Math.max(-1, Math.min(1, sample))

/** The microphone's end of the audio graph: another one fades in while the last one fades out. */
import { levelOf } from './level'

const FADE_S = 0.04
const POLL_MS = 20
/** A microphone that has given no sound until then is switched off at itself, or broken. */
const PATIENCE_MS = 1000

interface Voice {
  stream: MediaStream
  source: MediaStreamAudioSourceNode
  fader: GainNode
}

export class VoiceInput {
  readonly #analyser: AnalyserNode
  readonly #samples: Float32Array<ArrayBuffer>
  #voice: Voice | null = null

  constructor(
    private readonly context: AudioContext,
    private readonly destination: AudioNode,
  ) {
    this.#analyser = new AnalyserNode(context, { fftSize: 1024 })
    this.#analyser.connect(destination)
    this.#samples = new Float32Array(this.#analyser.fftSize)
  }

  /** Hear this microphone from now on, or none; the last one is heard until this one gives sound. */
  use(stream: MediaStream | null): void {
    if (stream === this.#voice?.stream) return
    const [previous, voice] = [this.#voice, stream === null ? null : this.#connect(stream)]
    this.#voice = voice
    if (previous === null) voice?.fader.gain.setValueAtTime(1, 0)
    else if (voice === null) drop(previous)
    else void this.#change(previous, voice)
  }

  /** Whether anybody hears it, whichever microphone it is. */
  set isConnected(isConnected: boolean) {
    this.#analyser.disconnect()
    if (isConnected) this.#analyser.connect(this.destination)
  }

  /** How loud it is at this moment: 0 (silence) to 1 (full scale). */
  get level(): number {
    this.#analyser.getFloatTimeDomainData(this.#samples)
    return levelOf(this.#samples)
  }

  #connect(stream: MediaStream): Voice {
    const source = this.context.createMediaStreamSource(stream)
    const fader = new GainNode(this.context, { gain: 0 })
    source.connect(fader).connect(this.#analyser)
    return { stream, source, fader }
  }

  async #change(previous: Voice, voice: Voice): Promise<void> {
    await this.#firstSound(voice.source)
    fade(previous.fader, 0)
    fade(voice.fader, 1)
    setTimeout(() => drop(previous), 2000 * FADE_S)
  }

  async #firstSound(source: AudioNode): Promise<void> {
    const ear = new AnalyserNode(this.context)
    const samples = new Float32Array(ear.fftSize)
    source.connect(ear)
    const giveUpAt = performance.now() + PATIENCE_MS
    do {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
      ear.getFloatTimeDomainData(samples)
    } while (samples.every((sample) => sample === 0) && performance.now() < giveUpAt)
    source.disconnect(ear)
  }
}

function fade(fader: GainNode, gain: number): void {
  fader.gain.setTargetAtTime(gain, fader.context.currentTime, FADE_S / 4)
}

function drop({ source, fader }: Voice): void {
  source.disconnect()
  fader.disconnect()
}

/** Rings, on a device of its own, once the browser lets this page be heard. */
import { ANY_MICROPHONE, microphonePermission, openMicrophone, release } from './microphone'
import { setSink } from './output'

/** What is played, and how loud: 0 to 1. */
export interface Sound {
  render: (context: BaseAudioContext) => AudioBuffer
  volume: number
}

const ARM_TIMEOUT_MS = 500
const LONGEST_TEST_MS = 6000
/** One page of a browser rings; a Web Lock says which. */
const LOCK = 'handset-ringer'

export class Ringer {
  #context: AudioContext | null = null
  #source: AudioBufferSourceNode | null = null
  #turn: AbortController | null = null
  #deviceId = ''
  #isArmed = false
  #arming: Promise<boolean> | null = null

  /** Whether this page may be heard from now on; surely so after a gesture of the user. */
  arm(): Promise<boolean> {
    if (this.#isArmed) return Promise.resolve(true)
    this.#arming ??= this.#tryToArm().finally(() => (this.#arming = null))
    return this.#arming
  }

  /** Ring, as soon as no other page of this browser does, until stopped. */
  start(sound: Sound): void {
    this.stop()
    if (!this.#isArmed) return
    const turn = new AbortController()
    this.#turn = turn
    if (!isSecureContext) {
      void this.#play(sound) // no Web Locks there: every page rings
      return
    }
    navigator.locks
      .request(LOCK, { signal: turn.signal }, async () => {
        await this.#play(sound)
        await aborted(turn.signal)
      })
      .catch((error: unknown) => {
        // stopped while another page had its turn
        if (!turn.signal.aborted) throw error
      })
  }

  stop(): void {
    this.#turn?.abort()
    this.#turn = null
    if (this.#source === null) return
    this.#source.stop()
    this.#source.disconnect()
    this.#source = null
    void this.#context?.suspend()
  }

  async useDevice(deviceId: string): Promise<void> {
    this.#deviceId = deviceId
    if (this.#context !== null) await setSink(this.#context, this.#deviceId)
  }

  async #tryToArm(): Promise<boolean> {
    const hasGesture = navigator.userActivation.hasBeenActive
    if (!hasGesture && (await microphonePermission()) !== 'granted') return false
    // a page that is recording may also play
    const stream = hasGesture ? null : await openMicrophone(ANY_MICROPHONE).catch(() => null)
    const context = (this.#context ??= await this.#create())
    const timeout = new Promise((resolve) => setTimeout(resolve, ARM_TIMEOUT_MS))
    await Promise.race([context.resume(), timeout])
    this.#isArmed = context.state === 'running'
    if (stream !== null) release(stream)
    if (this.#isArmed && this.#source === null) await context.suspend()
    return this.#isArmed
  }

  async #play(sound: Sound): Promise<void> {
    const context = this.#context
    if (context === null) return
    this.#source = begin(context, sound)
    this.#source.loop = true
    await context.resume()
  }

  async #create(): Promise<AudioContext> {
    const context = new AudioContext()
    await setSink(context, this.#deviceId)
    return context
  }
}

/** Play a sound once on this output device, until it ends or is stopped; at most for a few seconds. */
export async function playOnce(deviceId: string, sound: Sound, signal?: AbortSignal) {
  const context = new AudioContext()
  await setSink(context, deviceId)
  const source = begin(context, sound)
  const timer = setTimeout(() => source.stop(), LONGEST_TEST_MS)
  signal?.addEventListener('abort', () => source.stop(), { once: true })
  await new Promise((resolve) => (source.onended = resolve))
  clearTimeout(timer)
  await context.close()
}

function begin(context: AudioContext, { render, volume }: Sound): AudioBufferSourceNode {
  const source = new AudioBufferSourceNode(context, { buffer: render(context) })
  // the ear is logarithmic: half way of a slider is to sound half as loud
  const gain = new GainNode(context, { gain: volume ** 2 })
  source.connect(gain).connect(context.destination)
  source.start()
  return source
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

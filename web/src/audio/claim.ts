/** Which page of this browser has the audio; a Web Lock says so. */

const LOCK = 'handset-audio'

export class AudioClaim {
  #release: (() => void) | null = null

  /** `lost` is called when another page takes it. */
  constructor(private readonly lost: () => void) {}

  /** Whether this page has it now; with `steal` it does. */
  take(options: { steal: boolean }): Promise<boolean> {
    if (this.#release !== null) return Promise.resolve(true)
    // Web Locks exist in secure contexts only; elsewhere there is no microphone to quarrel about
    if (!isSecureContext) return Promise.resolve(true)
    return new Promise((resolve) => {
      const mode = options.steal ? { steal: true } : { ifAvailable: true }
      navigator.locks
        .request(LOCK, mode, (lock) => {
          resolve(lock !== null)
          if (lock !== null) return new Promise<void>((release) => (this.#release = release))
        })
        .catch(() => {
          this.#release = null
          this.lost()
        })
    })
  }

  get isHeld(): boolean {
    return this.#release !== null
  }

  release(): void {
    this.#release?.()
    this.#release = null
  }
}

/// <reference types="vite/client" />
import type { JitterStatistics } from './audio/jitter-buffer'

declare global {
  interface Window {
    /** For tests and support: what is played, measured where it is played. */
    handsetAudio?: {
      statistics(): Promise<JitterStatistics | undefined>
      captureOutput(
        durationS: number,
      ): Promise<{ samples: Float32Array | undefined; clockRateHz: number | undefined }>
    }
  }
}

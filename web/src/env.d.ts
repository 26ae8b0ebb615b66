/// <reference types="vite/client" />
import type { JitterStatistics } from './audio/jitter-buffer'

declare global {
  /** Idle Detection API; not in every browser, and not in TypeScript's library. */
  class IdleDetector {
    static requestPermission(): Promise<PermissionState>
    userState: 'active' | 'idle' | null
    screenState: 'locked' | 'unlocked' | null
    onchange: (() => void) | null
    start(options: { threshold: number; signal: AbortSignal }): Promise<void>
  }

  /** File System Access API; what TypeScript's library lacks of it. */
  interface FileSystemDirectoryHandle {
    queryPermission(options: { mode: 'readwrite' }): Promise<PermissionState>
    requestPermission(options: { mode: 'readwrite' }): Promise<PermissionState>
  }

  interface Window {
    /** Not in every browser. */
    showDirectoryPicker(options: {
      id: string
      mode: 'readwrite'
    }): Promise<FileSystemDirectoryHandle>
    IdleDetector?: typeof IdleDetector
    /** For tests and support: what is played, measured where it is played. */
    handsetAudio?: {
      statistics(): Promise<JitterStatistics | undefined>
      captureOutput(
        durationS: number,
      ): Promise<{ samples: Float32Array | undefined; clockRateHz: number | undefined }>
    }
  }
}

/** How loud a microphone is at this moment. */
import { type MicrophoneChoice, openMicrophone, release } from './microphone'

const FLOOR_DB = -60

/** Calls `show` with 0 (silence) to 1 (full scale) for each picture; stops when the function it returns is called. */
export async function meterLevel(
  choice: MicrophoneChoice,
  show: (level: number) => void,
): Promise<() => void> {
  const stream = await openMicrophone(choice)
  const context = new AudioContext()
  const analyser = context.createAnalyser()
  const samples = new Float32Array(analyser.fftSize)
  context.createMediaStreamSource(stream).connect(analyser)
  let frame = requestAnimationFrame(function measure() {
    analyser.getFloatTimeDomainData(samples)
    show(levelOf(samples))
    frame = requestAnimationFrame(measure)
  })
  return () => {
    cancelAnimationFrame(frame)
    release(stream)
    void context.close()
  }
}

/** Root mean square, on a logarithmic scale from -60 dB to 0 dB. */
export function levelOf(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
  const levelDb = 10 * Math.log10(power + Number.EPSILON)
  return Math.min(1, Math.max(0, 1 - levelDb / FLOOR_DB))
}

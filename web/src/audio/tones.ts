/** Sounds that the page makes itself. */

interface Note {
  atS: number
  frequencyHz: number
}

const PEAK = 0.32
const DECAY_S = 0.42
const PERIOD_S = 3.2

const MOTIF = [659.26, 830.61, 987.77, 830.61, 1108.73]
const STEP_S = 0.16

const RING: Note[] = MOTIF.map((frequencyHz, index) => ({ atS: index * STEP_S, frequencyHz }))
const CALL_WAITING: Note[] = [
  { atS: 0, frequencyHz: 830.61 },
  { atS: 0.22, frequencyHz: 830.61 },
]

/** One period of the ring tone, to be looped. */
export const ringTone = (context: AudioContext) => render(context, RING, PERIOD_S, PEAK)

/** One period of the tone for a call during a call, to be looped. */
export const callWaitingTone = (context: AudioContext) =>
  render(context, CALL_WAITING, 2 * PERIOD_S, PEAK / 4)

/** A short phrase, to hear which loudspeaker is meant. */
export const testTone = (context: AudioContext) => render(context, RING.slice(0, 3), 1.2, PEAK)

/** Notes like those of a marimba: a fundamental and its fourth harmonic, both dying away. */
function render(context: AudioContext, notes: Note[], lengthS: number, peak: number): AudioBuffer {
  const rate = context.sampleRate
  const buffer = context.createBuffer(1, Math.round(lengthS * rate), rate)
  const samples = buffer.getChannelData(0)
  for (const { atS, frequencyHz } of notes) {
    const start = Math.round(atS * rate)
    for (let i = 0; start + i < samples.length; i++) {
      const t = i / rate
      const attack = Math.min(1, t / 0.004)
      const phase = 2 * Math.PI * frequencyHz * t
      const body = Math.sin(phase) * Math.exp(-t / DECAY_S)
      const strike = 0.25 * Math.sin(4 * phase) * Math.exp(-t / (DECAY_S / 6))
      samples[start + i] = (samples[start + i] ?? 0) + peak * attack * (body + strike) * 0.6
    }
  }
  return buffer
}

/** Sounds that the page makes itself. */

/** Ring tones to choose among. */
export const TUNES = ['marimba', 'telephone', 'chime', 'electronic', 'pulse'] as const
export type Tune = (typeof TUNES)[number]

interface Note {
  atS: number
  frequencyHz: number
}

/** Sample of a note `t` seconds after its beginning, within ±1. */
type Instrument = (t: number, frequencyHz: number) => number

interface Score {
  notes: Note[]
  instrument: Instrument
  periodS: number
}

const PEAK = 0.32
const PERIOD_S = 3.2

/** A fundamental and its fourth harmonic, both dying away. */
const marimba: Instrument = (t, frequencyHz) => {
  const body = sine(frequencyHz, t) * Math.exp(-t / 0.42)
  const strike = 0.25 * sine(4 * frequencyHz, t) * Math.exp(-t / 0.07)
  return 0.6 * (body + strike)
}

/** Two gongs that a clapper strikes in turn, for a second. */
const bell: Instrument = (t, frequencyHz) => {
  if (t > 1) return 0
  const clapper = 0.6 + 0.4 * Math.sign(sine(20, t))
  return clapper * 0.3 * (sine(frequencyHz, t) + sine(1.26 * frequencyHz, t)) * release(t, 1)
}

const glass: Instrument = (t, frequencyHz) =>
  0.5 * (sine(frequencyHz, t) + 0.3 * sine(2.76 * frequencyHz, t)) * Math.exp(-t / 0.9)

/** Rounded square waves: the warble of a desk phone. */
const buzzer: Instrument = (t, frequencyHz) =>
  t > 0.05 ? 0 : 0.3 * (sine(frequencyHz, t) + sine(3 * frequencyHz, t) / 3) * release(t, 0.05)

const swell: Instrument = (t, frequencyHz) =>
  t > 0.9 ? 0 : 0.7 * sine(frequencyHz, t) * Math.sin((Math.PI * t) / 0.9) ** 2

const SCORES: Record<Tune, Score> = {
  marimba: {
    notes: melody([659.26, 830.61, 987.77, 830.61, 1108.73], 0.16),
    instrument: marimba,
    periodS: PERIOD_S,
  },
  telephone: { notes: melody([1130], 1), instrument: bell, periodS: 4 },
  chime: { notes: melody([783.99, 659.26, 523.25], 0.45), instrument: glass, periodS: 4 },
  electronic: {
    notes: melody(
      Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? 1000 : 1250)),
      0.05,
    ),
    instrument: buzzer,
    periodS: PERIOD_S,
  },
  pulse: { notes: melody([392, 392], 1), instrument: swell, periodS: PERIOD_S },
}

/** One period of a ring tone, to be looped. */
export const ringTone = (context: BaseAudioContext, tune: Tune) => render(context, SCORES[tune])

/** One period of the tone for a call during a call, to be looped. */
export const callWaitingTone = (context: BaseAudioContext) =>
  render(context, {
    notes: melody([830.61, 830.61], 0.22),
    instrument: (t, frequencyHz) => marimba(t, frequencyHz) / 4,
    periodS: 2 * PERIOD_S,
  })

/** A short phrase, to hear which loudspeaker is meant. */
export const testTone = (context: BaseAudioContext) =>
  render(context, { ...SCORES.marimba, notes: SCORES.marimba.notes.slice(0, 3), periodS: 1.2 })

function melody(frequenciesHz: number[], stepS: number): Note[] {
  return frequenciesHz.map((frequencyHz, index) => ({ atS: index * stepS, frequencyHz }))
}

function render(context: BaseAudioContext, { notes, instrument, periodS }: Score): AudioBuffer {
  const rate = context.sampleRate
  const buffer = context.createBuffer(1, Math.round(periodS * rate), rate)
  const samples = buffer.getChannelData(0)
  for (const { atS, frequencyHz } of notes) {
    const start = Math.round(atS * rate)
    for (let i = 0; start + i < samples.length; i++) {
      const t = i / rate
      const attack = Math.min(1, t / 0.004)
      samples[start + i] = (samples[start + i] ?? 0) + PEAK * attack * instrument(t, frequencyHz)
    }
  }
  return buffer
}

function sine(frequencyHz: number, t: number): number {
  return Math.sin(2 * Math.PI * frequencyHz * t)
}

/** Ends a note of this length without a click. */
function release(t: number, lengthS: number): number {
  return Math.min(1, Math.max(0, (lengthS - t) / 0.01))
}

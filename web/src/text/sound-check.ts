/** What the figures of a sound check mean. */
import type { SoundCheck } from '@/api/types'

export type Grade = 'good' | 'fair' | 'bad'
export interface Verdict {
  grade: Grade
  /** Key of the sentence below `soundCheck.verdict`. */
  text: string
}

// one way is half of it: 150 ms are not noticed, over 400 ms people interrupt each other (ITU-T G.114)
const GOOD_DELAY_MS = 250
const FAIR_DELAY_MS = 600
const FAIR_LOSS_PERCENT = 2
/** Weaker echoes are masked by the voice; ITU-T G.131 wants 45 dB for a long delay. */
const GOOD_ECHO_LOSS_DB = 45
const FAIR_ECHO_LOSS_DB = 30
const SILENT_DBFS = -65
const QUIET_DBFS = -42
const LOUD_PEAK_DBFS = -0.5
const LEAST_OVER_NOISE_DB = 12

export function verdictOf(check: SoundCheck): Verdict {
  if (check.step === 'path') return verdictOfPath(check)
  return check.step === 'echo' ? verdictOfEcho(check) : verdictOfVoice(check)
}

function verdictOfPath({ delay_ms, loss_percent }: SoundCheck): Verdict {
  if (delay_ms === null) return { grade: 'bad', text: 'noPath' }
  const loss = loss_percent ?? 0
  if (loss > FAIR_LOSS_PERCENT) return { grade: 'bad', text: 'loss' }
  if (delay_ms > FAIR_DELAY_MS) return { grade: 'bad', text: 'delay' }
  if (delay_ms > GOOD_DELAY_MS) return { grade: 'fair', text: 'delay' }
  return loss > 0 ? { grade: 'fair', text: 'someLoss' } : { grade: 'good', text: 'path' }
}

function verdictOfEcho({ echo_loss_db }: SoundCheck): Verdict {
  if (echo_loss_db === null || echo_loss_db > GOOD_ECHO_LOSS_DB) {
    return { grade: 'good', text: 'noEcho' }
  }
  if (echo_loss_db > FAIR_ECHO_LOSS_DB) return { grade: 'fair', text: 'someEcho' }
  return { grade: 'bad', text: 'echo' }
}

function verdictOfVoice({ speech_dbfs, noise_dbfs, peak_dbfs }: SoundCheck): Verdict {
  const [speech, noise] = [speech_dbfs ?? -Infinity, noise_dbfs ?? -Infinity]
  if (speech < SILENT_DBFS) return { grade: 'bad', text: 'silent' }
  if ((peak_dbfs ?? 0) > LOUD_PEAK_DBFS) return { grade: 'bad', text: 'loud' }
  if (speech < QUIET_DBFS) return { grade: 'fair', text: 'quiet' }
  if (speech - noise < LEAST_OVER_NOISE_DB) return { grade: 'fair', text: 'noise' }
  return { grade: 'good', text: 'voice' }
}

/** The person's own ring tone: a sound file that the browser keeps. */
import { keepFile, keptFile } from '@/stores/kept-files'

export type OwnToneProblem = 'too_large' | 'unreadable' | 'not_kept'

/** A file that was refused; `problem` says why. */
export class OwnToneError extends Error {
  constructor(readonly problem: OwnToneProblem) {
    super(problem)
  }
}

export interface OwnTone {
  name: string
  sound: AudioBuffer
}

export const LARGEST_FILE_MB = 10
/** Nobody lets it ring for longer; decoded, a whole song would fill the memory. */
const LONGEST_S = 30
const RATE_HZ = 48_000
const KEY = 'ringtone'

/** Decode and keep a file. Throws OwnToneError. */
export async function keepOwnTone(file: File): Promise<OwnTone> {
  if (file.size > LARGEST_FILE_MB * 2 ** 20) throw new OwnToneError('too_large')
  const sound = await decode(file)
  try {
    await keepFile(KEY, file)
  } catch {
    throw new OwnToneError('not_kept') // storage is refused or full
  }
  return { name: file.name, sound }
}

/** The file that was kept; null if there is none, or it cannot be had any more. */
export async function loadOwnTone(): Promise<OwnTone | null> {
  try {
    const file = await keptFile<File>(KEY)
    return file === undefined ? null : { name: file.name, sound: await decode(file) }
  } catch {
    return null
  }
}

async function decode(file: File): Promise<AudioBuffer> {
  const context = new OfflineAudioContext(1, 1, RATE_HZ)
  try {
    return beginningOf(await context.decodeAudioData(await file.arrayBuffer()))
  } catch {
    throw new OwnToneError('unreadable')
  }
}

function beginningOf(sound: AudioBuffer): AudioBuffer {
  const length = Math.min(sound.length, LONGEST_S * sound.sampleRate)
  const { numberOfChannels, sampleRate } = sound
  const beginning = new AudioBuffer({ length, numberOfChannels, sampleRate })
  for (let channel = 0; channel < numberOfChannels; channel++) {
    beginning.copyToChannel(sound.getChannelData(channel).subarray(0, length), channel)
  }
  return beginning
}

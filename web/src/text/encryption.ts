/** What of a call is encrypted, as the key of a sentence. */
import type { Encryption } from '@/api/types'

export type EncryptionDegree = 'full' | 'signalling' | 'sound' | 'none'

export function degreeOf({ signalling, media }: Encryption): EncryptionDegree {
  const isSoundSecret = media !== 'none'
  if (signalling === 'tls') return isSoundSecret ? 'full' : 'signalling'
  return isSoundSecret ? 'sound' : 'none'
}

/** Who the other side is, in words. */
import type { Remote } from '@/api/types'
import { formatNumber } from './format'

interface Party {
  remote: Remote
  dialled_text: string | null
}

/** The name to show: as signalled, else the number, else what was dialled; "" is anonymous. */
export function nameOf({ remote, dialled_text }: Party): string {
  if (remote.display_name !== '') return remote.display_name
  if (remote.number !== null) return formatNumber(remote.number)
  return dialled_text ?? userOf(remote.uri) ?? ''
}

/** The number beside the name; "" where the name already is the number, or there is none. */
export function numberOf({ remote }: Party): string {
  if (remote.number === null || remote.display_name === '') return ''
  return formatNumber(remote.number)
}

/** What to dial to reach this party again; null if it cannot be reached. */
export function targetOf({ remote, dialled_text }: Party): string | null {
  return remote.number ?? dialled_text ?? remote.uri
}

function userOf(uri: string | null): string | undefined {
  return uri?.match(/^sips?:([^@;]+)@/)?.[1]
}

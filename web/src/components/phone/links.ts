/**
 * Links of other pages, tel: (RFC 3966) and sip: (RFC 3261 section 19.1): they fill the number field
 * and never dial. Service codes with * and # are refused: a page must not talk anybody into
 * forwarding their calls.
 */
import type { PageProblem } from '@/stores/notice'

const LONGEST = 1024

export const LINK_SCHEMES = ['tel', 'sip'] as const

/** Where the browser sends a link of one of the schemes. */
export const LINK_PATH = '/dial'

type Meaning = { target: string } | { problem: PageProblem }

/** What belongs into the number field. */
export function meaningOf(link: string): Meaning {
  const [, scheme, rest] = /^(tel|sips?):(?:\/\/)?([^;?]+)/i.exec(link.trim()) ?? []
  const address = decoded(rest)
  if (link.length > LONGEST || scheme === undefined || address === null) return UNREADABLE
  if (/[*#＊＃]/.test(address)) return { problem: 'link_refused' }
  const form = scheme.toLowerCase() === 'tel' ? TELEPHONE : SIP
  return form.test(address) ? { target: address.trim() } : UNREADABLE
}

const UNREADABLE: Meaning = { problem: 'link_unreadable' }
const TELEPHONE = /^\s*\+?[0-9][0-9\s().\-/]*$/
/** No "%": it would be decoded once more when it is dialled. */
const SIP = /^[\w\-.+]+@[\w\-.]+(?::[0-9]+)?$/

function decoded(text: string | undefined): string | null {
  try {
    return text === undefined ? null : decodeURIComponent(text)
  } catch {
    return null
  }
}

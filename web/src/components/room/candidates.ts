/** Who can be asked into a room. */
import type { Contact, Show } from '@/api/types'
import { folded, termsOf } from '@/text/matching'

export interface Candidate {
  jid: string
  name: string
  isThere: boolean
}

/** Those who are there first, each by name. */
export function candidatesOf(
  contacts: Contact[],
  showOf: (jid: string) => Show,
  locale: string,
): Candidate[] {
  const { compare } = new Intl.Collator(locale, { numeric: true })
  return contacts
    .flatMap(({ jid, name }) =>
      jid === null ? [] : [{ jid, name, isThere: showOf(jid) !== 'offline' }],
    )
    .sort(
      (one, other) => Number(other.isThere) - Number(one.isThere) || compare(one.name, other.name),
    )
}

/** Those of whom each word of the text is in the name or the address. */
export function found(candidates: Candidate[], text: string): Candidate[] {
  const terms = termsOf(text)
  if (terms.length === 0) return candidates
  return candidates.filter(({ name, jid }) => {
    const about = folded(`${name} ${jid}`)
    return terms.every((term) => about.includes(term))
  })
}

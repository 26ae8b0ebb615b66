/** Who may be meant by what is typed so far: by parts of a name, or of a number in any notation. */
import type { Contact } from '@/api/types'
import { digitsOf, folded, isName, termsOf } from '@/text/matching'

export interface Suggestion {
  contact: Contact
  number: string
}

const MOST = 5

/** The best first: those whose name begins so, then those with such a word, then the others. */
export function suggestionsFor(text: string, contacts: Contact[]): Suggestion[] {
  const terms = termsOf(text)
  if (terms.length === 0) return []
  const digits = isName(text) ? '' : digitsOf(text)
  return contacts
    .flatMap((contact) => contact.numbers.map((number) => ({ contact, number })))
    .map((suggestion) => ({ suggestion, rank: rankOf(suggestion, terms, digits) }))
    .filter(({ rank }) => rank !== null)
    .sort(
      (one, other) =>
        (one.rank ?? 0) - (other.rank ?? 0) ||
        one.suggestion.contact.name.localeCompare(other.suggestion.contact.name),
    )
    .slice(0, MOST)
    .map(({ suggestion }) => suggestion)
}

function rankOf({ contact, number }: Suggestion, terms: string[], digits: string): number | null {
  const name = folded(contact.name)
  if (terms.every((term) => name.includes(term))) {
    if (name.startsWith(terms.join(' '))) return 0
    const words = name.split(/[^\p{L}\p{N}]+/u)
    return terms.every((term) => words.some((word) => word.startsWith(term))) ? 1 : 2
  }
  const at = digits === '' ? -1 : digitsOf(number).indexOf(digits)
  return at === -1 ? null : at === 0 ? 1 : 3
}

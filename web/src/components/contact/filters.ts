/** Which contacts the list shows, and in which order. */
import type { Contact } from '@/api/types'
import { digitsOf, folded, isName, termsOf } from '@/text/matching'

/** Everybody, the starred, or a group that the chat server has put people into. */
export type ContactFilter = 'all' | 'favourites' | `group:${string}`

const GROUP = 'group:'

/** All that can be chosen, groups as the language sorts. */
export function filtersOf(groups: string[], locale: string): ContactFilter[] {
  const { compare } = new Intl.Collator(locale, { numeric: true })
  return [
    'all',
    'favourites',
    ...[...groups].sort(compare).map((name) => `${GROUP}${name}` as const),
  ]
}

/** The name of the group; null if it is not one. */
export const groupOf = (filter: ContactFilter) =>
  filter.startsWith(GROUP) ? filter.slice(GROUP.length) : null

/** By name, as the language sorts. */
export function listed(
  contacts: Contact[],
  filter: ContactFilter,
  locale: string,
  groupsOf: (jid: string | null) => readonly string[] = () => [],
): Contact[] {
  const { compare } = new Intl.Collator(locale, { numeric: true })
  const group = groupOf(filter)
  const isShown = (contact: Contact) => {
    if (group !== null) return groupsOf(contact.jid).includes(group)
    return filter === 'all' || contact.is_favourite
  }
  return contacts.filter(isShown).sort((one, other) => compare(one.name, other.name))
}

/** Those of whom each word is in the name or the address, or the digits in a number. */
export function found(contacts: Contact[], text: string): Contact[] {
  const terms = termsOf(text)
  const digits = isName(text) ? '' : digitsOf(text)
  const isMeant = ({ name, jid, numbers }: Contact) => {
    if (digits !== '' && numbers.some((number) => digitsOf(number).includes(digits))) return true
    const about = folded(`${name} ${jid ?? ''}`)
    return terms.every((term) => about.includes(term))
  }
  return terms.length === 0 ? contacts : contacts.filter(isMeant)
}

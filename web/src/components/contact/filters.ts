/** Which contacts the list shows, and in which order. */
import type { Contact } from '@/api/types'

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

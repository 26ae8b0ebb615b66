/** Which contacts the list shows, and in which order. */
import type { Contact } from '@/api/types'

export type ContactFilter = 'all' | 'favourites'

export const FILTERS: readonly ContactFilter[] = ['all', 'favourites']

/** By name, as the language sorts. */
export function listed(contacts: Contact[], filter: ContactFilter, locale: string): Contact[] {
  const { compare } = new Intl.Collator(locale, { numeric: true })
  return contacts
    .filter((contact) => filter === 'all' || contact.is_favourite)
    .sort((one, other) => compare(one.name, other.name))
}

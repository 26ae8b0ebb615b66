/** Who the other side is, in words. */
import type { Contact, Remote } from '@/api/types'
import { useContacts } from '@/stores/contacts'
import { useNames } from '@/stores/names'
import { formatNumber } from './format'

interface Party {
  remote: Remote
  dialled_text: string | null
}

/** The contact who has this number or address. */
export function contactOf({ number, uri }: Remote): Contact | undefined {
  const contact = number === null ? undefined : useNames().contactOf(number)
  return contact ?? useContacts().byAddress.get(addressOf(uri))
}

/** The name to show: the contact's, as signalled, else the number, else what was dialled; "" is anonymous. */
export function nameOf({ remote, dialled_text }: Party): string {
  const name = contactOf(remote)?.name ?? remote.display_name
  if (name !== '') return name
  if (remote.number !== null) return formatNumber(remote.number)
  return dialled_text ?? userOf(remote.uri) ?? ''
}

/** The number beside the name; "" where the name already is the number, or there is none. */
export function numberOf(party: Party): string {
  const { number } = party.remote
  if (number === null) return ''
  const formatted = formatNumber(number)
  return nameOf(party) === formatted ? '' : formatted
}

/** What to dial to reach this party again; null if it cannot be reached. */
export function targetOf({ remote, dialled_text }: Party): string | null {
  return remote.number ?? dialled_text ?? remote.uri
}

function userOf(uri: string | null): string | undefined {
  return uri?.match(/^sips?:([^@;]+)@/)?.[1]
}

/** "bob@example.com": the address-of-record without its scheme. */
function addressOf(uri: string | null): string {
  return uri?.match(/^sips?:([^@;]+@[^:;?]+)/)?.[1]?.toLowerCase() ?? ''
}

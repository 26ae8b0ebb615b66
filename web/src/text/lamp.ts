/** How somebody's phone is, in words and as a sign. */
import { Phone, PhoneCall, PhoneIncoming, PhoneMissed } from '@lucide/vue'
import type { Component } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Lamp, LampState } from '@/api/types'
import { useContacts } from '@/stores/contacts'
import { formatNumber } from './format'
import { nameOf } from './party'

/** Another shape for each state, so that colour is not the only sign. */
export const LAMP_ICONS: Record<LampState, Component> = {
  unknown: Phone,
  offline: PhoneMissed,
  free: Phone,
  called: PhoneIncoming,
  busy: PhoneCall,
}

export function useLampText() {
  const { t } = useI18n()
  const contacts = useContacts()

  /** Whose lamp it is: the contact's name, else the number. */
  function ownerOf({ number }: Pick<Lamp, 'number'>): string {
    return contacts.byNumber.get(number)?.name ?? formatNumber(number)
  }

  /** Who calls or is parked; "" if the PBX does not tell. */
  function remoteOf({ remote }: Lamp): string {
    return remote === null ? '' : nameOf({ remote, dialled_text: null })
  }

  /** "Free", "Called by Alice"; "" for who has no lamp. */
  function stateOf(lamp: Lamp | undefined): string {
    if (lamp === undefined) return ''
    const caller = remoteOf(lamp)
    if (lamp.state === 'called' && caller !== '') return t('lamp.calledBy', { caller })
    return t(`lamp.state.${lamp.state}`)
  }

  return { ownerOf, remoteOf, stateOf }
}

/** Whose number it is. What the contact list does not have as it is written, the directory is asked for. */
import { defineStore } from 'pinia'
import { shallowReactive, watch } from 'vue'
import { ApiProblem } from '@/api/client'
import * as api from '@/api/operations'
import type { Contact } from '@/api/types'
import { useContacts } from './contacts'

/** A shorter number is the instance's own, and written in one way only. */
const HAS_NOTATIONS = /^\+?[0-9]{6,}$/
const MOST_AT_ONCE = 50

export const useNames = defineStore('names', () => {
  const contacts = useContacts()
  /** The id of the contact, by number; "" is nobody's. */
  const found = shallowReactive(new Map<string, string>())
  const asked = new Set<string>()
  const wanted = new Set<string>()

  watch(contacts.known, clear)

  function contactOf(number: string): Contact | undefined {
    const contact = contacts.byNumber.get(number) ?? contacts.known.get(found.get(number) ?? '')
    if (contact === undefined && HAS_NOTATIONS.test(number)) want(number)
    return contact
  }

  /** Those that are wanted at the same time are asked for together. */
  function want(number: string): void {
    if (asked.has(number)) return
    asked.add(number)
    wanted.add(number)
    if (wanted.size === 1) queueMicrotask(() => void ask())
  }

  async function ask(): Promise<void> {
    const numbers = [...wanted]
    wanted.clear()
    for (let at = 0; at < numbers.length; at += MOST_AT_ONCE) {
      try {
        const { items } = await api.findByNumbers(numbers.slice(at, at + MOST_AT_ONCE))
        for (const [number, contact] of Object.entries(items)) found.set(number, contact.contact_id)
      } catch (error) {
        // without a directory there are no names; it is asked again when the contacts change
        if (!(error instanceof ApiProblem)) throw error
        return
      }
    }
  }

  function clear(): void {
    asked.clear()
    found.clear()
  }

  return { contactOf }
})

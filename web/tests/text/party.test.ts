import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Remote } from '@/api/types'
import { useContacts } from '@/stores/contacts'
import { nameOf, numberOf, targetOf } from '@/text/party'
import { changedContact } from '../samples'

const party = (remote: Partial<Remote>, dialled_text: string | null = null) => ({
  remote: { number: null, display_name: '', uri: null, contact_id: null, ...remote },
  dialled_text,
})

beforeEach(() => setActivePinia(createPinia()))

describe('the other side', () => {
  it('is called by its name, with the number beside it', () => {
    const bob = party({ number: '102', display_name: 'Bob' })
    expect([nameOf(bob), numberOf(bob)]).toEqual(['Bob', '102'])
  })

  it('is called as in the contact list, whatever the server says', () => {
    useContacts().take(changedContact({ name: 'Robert', numbers: ['102'] }))
    const bob = party({ number: '102', display_name: 'Bob' })
    expect([nameOf(bob), numberOf(bob)]).toEqual(['Robert', '102'])
    expect([nameOf(party({ number: '102' })), numberOf(party({ number: '102' }))]).toEqual([
      'Robert',
      '102',
    ])
  })

  it('is known by its address, too', () => {
    useContacts().take(changedContact({ name: 'Robert', jid: 'bob@example.com' }))
    expect(nameOf(party({ uri: 'sip:Bob@example.com:5061;transport=tls' }, 'bob'))).toBe('Robert')
    expect(nameOf(party({ uri: 'sip:bob@elsewhere.example' }))).toBe('bob')
  })

  it('is called by its number if it has no name', () => {
    const unnamed = party({ number: '+442079460018' })
    expect([nameOf(unnamed), numberOf(unnamed)]).toEqual(['+44 207 946 0018', ''])
  })

  it('is called by what was dialled, or by its user, if it has no number', () => {
    expect(nameOf(party({}, 'bob'))).toBe('bob')
    expect(nameOf(party({ uri: 'sip:bob@example.com;x=1' }))).toBe('bob')
  })

  it('is anonymous if nothing is known, and cannot be called back', () => {
    expect([nameOf(party({})), targetOf(party({}))]).toEqual(['', null])
  })
})

import { describe, expect, it } from 'vitest'
import { candidatesOf, found } from '@/components/room/candidates'
import { contactOf } from '../samples'

const contacts = [
  contactOf({ contact_id: 'd', name: 'Ärne', jid: 'arne@example.com' }),
  contactOf({ contact_id: 'b', name: 'Bob', jid: 'bob@example.com' }),
  contactOf({ contact_id: 'c', name: 'Carol', jid: 'carol@example.com' }),
  contactOf({ contact_id: 'e', name: 'Echo', jid: null }),
]
const candidates = candidatesOf(
  contacts,
  (jid) => (jid.startsWith('carol') ? 'away' : 'offline'),
  'de',
)
const names = (people: typeof candidates) => people.map(({ name }) => name)

describe('who can be asked into a room', () => {
  it('has an address; those who are there come first', () => {
    expect(names(candidates)).toEqual(['Carol', 'Ärne', 'Bob'])
  })

  it('is found by parts of name and address', () => {
    expect(names(found(candidates, 'EXAMPLE aro'))).toEqual(['Carol'])
    expect(names(found(candidates, 'nobody'))).toEqual([])
    expect(found(candidates, ' ')).toHaveLength(3)
  })
})

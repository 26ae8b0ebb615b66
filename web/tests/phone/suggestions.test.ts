import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { nextTick, ref } from 'vue'
import { suggestionsFor } from '@/components/phone/suggestions'
import { useSuggestions } from '@/components/phone/use-suggestions'
import { useContacts } from '@/stores/contacts'
import { changedContact, contactOf } from '../samples'

const person = (name: string, ...numbers: string[]) =>
  contactOf({ contact_id: name, name, numbers })
const PEOPLE = [
  person('Max-Andreas Mustermann', '101', '+493012345678'),
  person('Anna Größe', '102'),
  person('Zoë Andersson', '103'),
  person('Bob', '201'),
]
const found = (text: string) =>
  suggestionsFor(text, PEOPLE).map(({ contact, number }) => `${contact.name} ${number}`)

describe('the suggestions', () => {
  it('have every part of what is typed in the name', () => {
    expect(found('and muster')).toEqual([
      'Max-Andreas Mustermann 101',
      'Max-Andreas Mustermann +493012345678',
    ])
  })

  it('begin with the name that begins so, then with such a word', () => {
    expect(found('an').map((each) => each.split(' ')[0])).toEqual([
      'Anna',
      'Max-Andreas',
      'Max-Andreas',
      'Zoë',
    ])
  })

  it.each(['zoe', 'ZOË', 'Zo'])('take %s for Zoë', (text) => {
    expect(found(text)).toEqual(['Zoë Andersson 103'])
  })

  it('take ss for ß', () => {
    expect(found('grosse')).toEqual(['Anna Größe 102'])
  })

  it.each(['030 1234', '+49 (0)30 1234', '0049 30 12', '345678'])(
    'take %s for a part of a number',
    (text) => {
      expect(found(text)).toEqual(['Max-Andreas Mustermann +493012345678'])
    },
  )

  it('begin with the number that begins so', () => {
    expect(found('1').map((each) => each.split(' ').at(-1))).toEqual([
      '102',
      '101',
      '103',
      '201',
      '+493012345678',
    ])
  })

  it.each(['', '  ', 'nobody', '999'])('are none for "%s"', (text) => {
    expect(found(text)).toEqual([])
  })
})

describe('the field', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    for (const { name, numbers } of PEOPLE) {
      useContacts().take(changedContact({ contact_id: name, name, numbers }))
    }
  })

  it('means the first of those whose name is typed, until another is chosen', async () => {
    const text = ref('an')
    const suggestions = useSuggestions(text)
    expect(suggestions.chosen.value).toBeUndefined()
    suggestions.open()
    expect(suggestions.chosen.value?.number).toBe('102')
    suggestions.press('ArrowDown')
    expect(suggestions.chosen.value?.number).toBe('101')
    suggestions.press('ArrowUp')
    suggestions.press('ArrowUp')
    expect(suggestions.chosen.value?.number).toBe('103')
    text.value = 'ann'
    await nextTick()
    expect(suggestions.chosen.value?.number).toBe('102')
    suggestions.press('Escape')
    expect(suggestions.chosen.value).toBeUndefined()
  })

  it('means the number that is typed, unless a suggestion is chosen', () => {
    const suggestions = useSuggestions(ref('10'))
    suggestions.open()
    expect(suggestions.found.value.length).toBeGreaterThan(1)
    expect(suggestions.chosen.value).toBeUndefined()
    suggestions.press('ArrowDown')
    expect(suggestions.chosen.value?.number).toBe('102')
    expect(suggestions.press('Enter')).toBe(false)
  })
})

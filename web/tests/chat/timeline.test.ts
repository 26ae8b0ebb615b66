import { describe, expect, it } from 'vitest'
import { type Row, rowsOf, type Shown } from '@/components/chat/timeline'
import { messageOf } from '../samples'

const words = (row: Row) => {
  if (row.kind !== 'message') return row.kind
  return `${row.isFirst ? '(' : ''}${row.key}${row.isLast ? ')' : ''}`
}
const shown = (changes: Partial<Shown>) =>
  rowsOf({ messages: [], outgoing: [], isWhole: false, newAfter: null, ...changes }).map(words)
const at = (message_id: string, time: string, changes = {}) =>
  messageOf({ message_id, sent_at: new Date(`2026-11-${time}:00`).toISOString(), ...changes })

const messages = [
  at('a', '23T23:58', { position: 1 }),
  at('b', '23T23:59', { position: 2 }),
  at('c', '24T00:01', { position: 3 }),
  at('d', '24T00:02', { position: 4, direction: 'sent', sender: 'alice@example.com' }),
  at('e', '24T00:03', { position: 5 }),
  at('f', '24T00:09', { position: 6 }),
]

describe('the lines of a conversation', () => {
  it('are parted by days, senders and pauses', () => {
    expect(shown({ messages, isWhole: true })).toEqual([
      'begin',
      'day',
      '(a',
      'b)',
      'day',
      '(c)',
      '(d)',
      '(e)',
      '(f)',
    ])
  })

  it('name the first day only where it begins', () => {
    expect(shown({ messages: messages.slice(1, 4) })).toEqual(['(b)', 'day', '(c)', '(d)'])
  })

  it('say where the new ones begin: before the first that was received', () => {
    expect(shown({ messages: messages.slice(3), newAfter: 3 })).toEqual([
      '(d)',
      'new',
      '(e)',
      '(f)',
    ])
    expect(shown({ messages: messages.slice(2, 4), newAfter: 3 })).toEqual(['(c)', '(d)'])
  })

  it('end with what is on its way', () => {
    const outgoing = [at('g', '24T00:03', { direction: 'sent', sender: 'alice@example.com' })]
    expect(shown({ messages: messages.slice(3, 4), outgoing })).toEqual(['(d', 'g)'])
  })
})

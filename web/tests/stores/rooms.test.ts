import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useConversations } from '@/stores/conversations'
import { useRooms } from '@/stores/rooms'
import { nameOfAddress } from '@/text/chat'
import { stubGateway } from '../gateway'
import { conversationOf, messageOf, roomOf } from '../samples'

const ROOM = 'r1@rooms.example.com'
const EVE = { jid: 'eve@example.com', name: 'Eve', is_owner: false, show: 'offline' } as const

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => vi.unstubAllGlobals())

describe('group chats', () => {
  it('are kept as they are told last', () => {
    const rooms = useRooms()
    rooms.put(roomOf({ revision: 2, topic: 'Prices' }))
    rooms.put(roomOf({ revision: 1 }))
    expect(rooms.known.get(ROOM)?.topic).toBe('Prices')
  })

  it('are listed without a message, by when we came in', () => {
    const conversations = useConversations()
    const fresh = { kind: 'room', name: 'Offer', last_message: null } as const
    const last_message = messageOf({ sent_at: '2026-11-24T10:00:00Z' })
    conversations.put(conversationOf({ last_message }))
    conversations.put(
      conversationOf({ conversation_id: ROOM, ...fresh, began_at: '2026-11-24T11:00:00Z' }),
    )
    conversations.put(conversationOf({ conversation_id: 'dan@example.com', last_message: null }))
    expect(conversations.listed.map((each) => each.conversation_id)).toEqual([
      ROOM,
      'bob@example.com',
    ])
  })

  it('give names to their addresses, and to those in them who are no contacts', () => {
    useConversations().put(conversationOf({ conversation_id: ROOM, kind: 'room', name: 'Offer' }))
    useRooms().put(roomOf({ members: [EVE] }))
    expect([ROOM, EVE.jid, 'dan@example.com'].map(nameOfAddress)).toEqual([
      'Offer',
      'Eve',
      'dan@example.com',
    ])
  })

  it('are begun once, however often it is clicked', async () => {
    const log = stubGateway({ 'POST /rooms': roomOf() })
    const rooms = useRooms()
    const [first, second] = await Promise.all([
      rooms.create('Offer', ['bob@example.com']),
      rooms.create('Offer', ['bob@example.com']),
    ])
    expect([first?.name, second, log.length]).toEqual(['Offer', undefined, 1])
    expect(log[0]?.body).toEqual({ name: 'Offer', members: ['bob@example.com'] })
  })

  it('say why they were not begun, until something else is tried', async () => {
    const answers: Parameters<typeof stubGateway>[0] = {
      'POST /rooms': { code: 'room_failed', status: 502, fields: { reason: 'not_offered' } },
    }
    stubGateway(answers)
    const rooms = useRooms()
    await rooms.create('Offer', [])
    expect([rooms.problem?.fields.reason, rooms.isBusy]).toEqual(['not_offered', false])
    answers['POST /rooms'] = roomOf()
    await rooms.create('Offer', [])
    expect(rooms.problem).toBeNull()
  })

  it('that we are in no longer say why', () => {
    const rooms = useRooms()
    rooms.put(roomOf())
    expect([rooms.endOf(ROOM), rooms.endOf('bob@example.com')]).toEqual([null, null])
    rooms.put(roomOf({ revision: 2, has_left: true, end: 'removed' }))
    expect(rooms.endOf(ROOM)).toBe('removed')
  })
})

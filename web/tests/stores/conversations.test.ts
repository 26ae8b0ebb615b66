import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { useConversations } from '@/stores/conversations'
import { stubGateway } from '../gateway'
import { conversationOf, messageOf } from '../samples'

const withMessage = (conversation_id: string, sent_at: string, changes = {}) =>
  conversationOf({ conversation_id, last_message: messageOf({ sent_at }), ...changes })

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('conversations', () => {
  it('stand with the latest first, and those without a message not at all', () => {
    const conversations = useConversations()
    conversations.put(withMessage('a', '2026-11-24T10:00:00Z', { unread: 2 }))
    conversations.put(withMessage('b', '2026-11-24T11:00:00Z', { unread: 1 }))
    conversations.put(conversationOf({ conversation_id: 'c', last_message: null }))
    expect(conversations.listed.map((each) => each.conversation_id)).toEqual(['b', 'a'])
    expect(conversations.unread).toBe(3)
  })

  it('keep the latest state', () => {
    const conversations = useConversations()
    conversations.put(conversationOf({ revision: 3, unread: 0 }))
    conversations.put(conversationOf({ revision: 2, unread: 5 }))
    expect(conversations.unread).toBe(0)
  })

  it('are asked for again while the chat service is away', async () => {
    stubGateway({})
    const conversations = useConversations()
    await conversations.load()
    expect(conversations.isAway).toBe(true)
    stubGateway({ 'GET /conversations': { items: [conversationOf()], event_id: '1-0' } })
    await vi.advanceTimersByTimeAsync(1000)
    expect([conversations.isAway, conversations.isLoaded]).toEqual([false, true])
    expect(conversations.listed).toHaveLength(1)
  })
})

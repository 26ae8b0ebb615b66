import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import { useChats } from '@/stores/chats'
import { useDrafts } from '@/stores/drafts'

beforeEach(() => {
  localStorage.clear()
  setActivePinia(createPinia())
})

describe('the open conversations', () => {
  function opened(...ids: string[]) {
    const chats = useChats()
    ids.forEach(chats.show)
    return chats
  }

  it('stand in the order in which they were opened, each once', () => {
    const chats = opened('a', 'b', 'a')
    expect([chats.open, chats.current]).toEqual([['a', 'b'], 'a'])
  })

  it('move as little as they must when another is chosen', () => {
    const chats = opened('a', 'b', 'c', 'd')
    const shown = (id: string) => {
      chats.show(id)
      const ids = chats.shownIn(2)
      chats.settle(ids)
      return ids.join('')
    }
    expect(['a', 'b', 'c', 'd', 'c', 'b'].map(shown)).toEqual(['ab', 'ab', 'bc', 'cd', 'cd', 'bc'])
    expect(chats.shownIn(9)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('make room for their neighbours when they are closed', () => {
    const chats = opened('a', 'b', 'c')
    chats.close('c')
    expect(chats.current).toBe('b')
    chats.close('a')
    expect([chats.open, chats.current]).toEqual([['b'], 'b'])
    chats.close('b')
    expect([chats.open, chats.current, chats.shownIn(2)]).toEqual([[], '', []])
  })
})

describe('drafts', () => {
  it('are kept for each conversation, and what was being written outlives a correction', () => {
    const drafts = useDrafts()
    drafts.put('a', { text: 'half a sen' })
    drafts.put('a', { corrects: { message_id: 'm1', body: 'old' } })
    drafts.put('b', { text: 'other' })
    drafts.put('a', { corrects: null })
    expect(drafts.of('a').text).toBe('half a sen')
    drafts.forget('a')
    expect([drafts.of('a').text, drafts.of('b').text]).toEqual(['', 'other'])
  })
})

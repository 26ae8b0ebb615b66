/** What has been written and not sent, for each conversation. This browser keeps it. */
import { defineStore } from 'pinia'
import type { Message } from '@/api/types'
import { useKept } from './kept'

export interface Draft {
  text: string
  /** The message that it answers. */
  answers: Message['in_reply_to']
  /** The message whose text it replaces, and that text. */
  corrects: { message_id: string; body: string } | null
}

const EMPTY: Draft = { text: '', answers: null, corrects: null }

export const useDrafts = defineStore('drafts', () => {
  const kept = useKept<Record<string, Draft>>('drafts', {})

  const of = (conversationId: string): Draft => kept.value[conversationId] ?? EMPTY

  function put(conversationId: string, change: Partial<Draft>): void {
    const draft = { ...of(conversationId), ...change }
    const others = Object.fromEntries(
      Object.entries(kept.value).filter(([id]) => id !== conversationId),
    )
    const isEmpty = draft.text === '' && draft.answers === null && draft.corrects === null
    kept.value = isEmpty ? others : { ...others, [conversationId]: draft }
  }

  const forget = (conversationId: string) => put(conversationId, EMPTY)

  function clear(): void {
    kept.value = {}
  }

  return { of, put, forget, clear }
})

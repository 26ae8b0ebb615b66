/** What was sent here and is not at the stack yet. It waits for the stack, and outlives a reload. */
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import * as api from '@/api/chat-operations'
import { ApiProblem, identifier, type ProblemCode } from '@/api/client'
import { stackNowMs } from '@/api/stack-clock'
import type { Message } from '@/api/types'
import { useKept } from './kept'
import { useSession } from './session'
import { useThreads } from './threads'

export interface Outgoing {
  message_id: string
  conversation_id: string
  body: string
  in_reply_to: Message['in_reply_to']
  sender: string
  sent_at: string
  /** Why it was refused; null: it is on its way, or waits. */
  problem: ProblemCode | null
}

type Draft = Pick<Outgoing, 'conversation_id' | 'body' | 'in_reply_to'>

const AGAIN_MS = 3000
/** Nobody has judged the message: neither the gateway nor the chat service. */
const UNHEARD = [0, 502, 503, 504]

export const useOutbox = defineStore('outbox', () => {
  const session = useSession()
  const threads = useThreads()
  const waiting = useKept<Outgoing[]>('outbox', [])
  /** Conversations of which a message is on its way: one after another, so that they stay in order. */
  const busy = ref(new Set<string>())
  let again: ReturnType<typeof setTimeout> | undefined

  /** Those of the person who is signed in, in the order in which they were written. */
  const ours = () => waiting.value.filter(({ sender }) => sender === session.ownJid)
  const of = (conversationId: string) =>
    ours().filter(({ conversation_id }) => conversation_id === conversationId)

  /** Whether it is here now; without an address of ours there is nobody to send it as. */
  function send(draft: Draft): boolean {
    const sender = session.ownJid
    if (sender === null) return false
    const sent_at = new Date(stackNowMs()).toISOString()
    const outgoing = { ...draft, message_id: identifier(), sender, sent_at, problem: null }
    waiting.value = [...waiting.value, outgoing]
    void pump(draft.conversation_id)
    return true
  }

  /** Everything that waits. */
  function flush(): void {
    clearTimeout(again)
    for (const id of new Set(ours().map((each) => each.conversation_id))) void pump(id)
  }

  watch(() => session.ownJid, flush)

  async function pump(conversationId: string): Promise<void> {
    if (busy.value.has(conversationId)) return
    busy.value.add(conversationId)
    let next: Outgoing | undefined
    do {
      next = of(conversationId).find(({ problem }) => problem === null)
    } while (next !== undefined && (await post(next)))
    busy.value.delete(conversationId)
  }

  /** Whether the next one may follow. */
  async function post({ conversation_id, message_id, body, in_reply_to }: Outgoing) {
    const answers = in_reply_to?.message_id ?? null
    try {
      const draft = { body, in_reply_to: answers }
      threads.put(await api.sendMessage(conversation_id, message_id, draft))
      discard(message_id)
      return true
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.code === 'sign_in_required') session.forget()
      else if (UNHEARD.includes(error.status)) again = setTimeout(flush, AGAIN_MS)
      else return refuse(message_id, error.code)
      return false
    }
  }

  function refuse(messageId: string, problem: ProblemCode | null): true {
    waiting.value = waiting.value.map((each) =>
      each.message_id === messageId ? { ...each, problem } : each,
    )
    return true
  }

  /** Send one again that was refused. */
  function retry({ message_id, conversation_id }: Outgoing): void {
    refuse(message_id, null)
    void pump(conversation_id)
  }

  function discard(messageId: string): void {
    waiting.value = waiting.value.filter((each) => each.message_id !== messageId)
  }

  /** What somebody leaves behind who signs out. */
  function clear(): void {
    clearTimeout(again)
    waiting.value = []
  }

  return { of, send, flush, retry, discard, clear }
})

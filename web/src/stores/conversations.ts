/** With whom there are conversations, and how much of them is unread. Loaded beside everything else. */
import { defineStore } from 'pinia'
import { computed, ref, shallowReactive } from 'vue'
import { ApiProblem } from '@/api/client'
import * as api from '@/api/chat-operations'
import type { Conversation } from '@/api/types'
import type { News } from './thread'

const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 15_000

export const useConversations = defineStore('conversations', () => {
  const known = shallowReactive(new Map<string, Conversation>())
  const isLoaded = ref(false)
  /** The chat service does not answer; it is asked again. */
  const isAway = ref(false)
  let retry: ReturnType<typeof setTimeout> | undefined
  let delayMs = FIRST_DELAY_MS
  /** Grows when an answer that is under way is no longer wanted. */
  let generation = 0

  /** Those with messages, and groups; the one with the latest first. */
  const listed = computed(() =>
    [...known.values()]
      .filter(({ last_message, kind }) => last_message !== null || kind === 'room')
      .sort((one, other) => timeOf(other).localeCompare(timeOf(one))),
  )
  const unread = computed(() => listed.value.reduce((sum, each) => sum + each.unread, 0))

  /** All of them. Tries again by itself while the chat service is away. */
  async function load(): Promise<void> {
    clearTimeout(retry)
    const asked = (generation += 1)
    try {
      const { items } = await api.listConversations()
      if (asked !== generation) return
      items.forEach(put)
      isLoaded.value = true
      isAway.value = false
      delayMs = FIRST_DELAY_MS
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (asked === generation && error.code !== 'sign_in_required') loadLater()
    }
  }

  function loadLater(): void {
    isAway.value = true
    retry = setTimeout(() => void load(), delayMs)
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
  }

  /** Keep this state of a conversation, unless a later one is known. */
  function put(conversation: Conversation): void {
    const { conversation_id, revision } = conversation
    if (revision > (known.get(conversation_id)?.revision ?? -1))
      known.set(conversation_id, conversation)
  }

  /** How much of a conversation is new. */
  function newsOf(conversationId: string): News {
    const { unread, read_up_to } = known.get(conversationId) ?? { unread: 0, read_up_to: 0 }
    return { unread, readUpTo: unread > 0 ? read_up_to : Infinity }
  }

  /** Everything up to this message was seen. Without an answer it is said again with the next one. */
  async function markRead(conversationId: string, messageId: string): Promise<void> {
    try {
      put(await api.markRead(conversationId, messageId))
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
    }
  }

  function clear(): void {
    clearTimeout(retry)
    generation += 1
    known.clear()
    isLoaded.value = false
    isAway.value = false
  }

  return { known, listed, unread, isLoaded, isAway, load, put, newsOf, markRead, clear }
})

/** Of a group without messages: when we came in. */
const timeOf = ({ last_message, began_at }: Conversation) => last_message?.sent_at ?? began_at ?? ''

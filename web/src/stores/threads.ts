/** The conversations whose messages are here: those that are open. */
import { until } from '@vueuse/core'
import { defineStore } from 'pinia'
import { markRaw, shallowReactive } from 'vue'
import * as api from '@/api/chat-operations'
import type { Message } from '@/api/types'
import { useConversations } from './conversations'
import { useNotice } from './notice'
import { createThread, type Thread } from './thread'

export const useThreads = defineStore('threads', () => {
  const notice = useNotice()
  const conversations = useConversations()
  const open = shallowReactive(new Map<string, Thread>())

  /** The messages of a conversation, from now on kept as they are. */
  function of(conversationId: string): Thread {
    const known = open.get(conversationId)
    if (known !== undefined) return known
    const thread = markRaw(createThread(conversationId, () => conversations.newsOf(conversationId)))
    open.set(conversationId, thread)
    void load(thread)
    return thread
  }

  /** As soon as it is known how much is new, if that can be known. */
  async function load(thread: Thread): Promise<void> {
    await until(() => conversations.isLoaded || conversations.isAway).toBe(true)
    await thread.load()
  }

  function put(message: Message): void {
    open.get(message.conversation_id)?.put(message)
  }

  /** Events may have been lost. */
  function reload(): void {
    for (const thread of open.values()) void load(thread)
  }

  /** Nobody looks at it any more. */
  function forget(conversationId: string): void {
    open.delete(conversationId)
  }

  const clear = () => open.clear()

  async function change(request: Promise<Message>): Promise<void> {
    const message = await notice.reporting(request)
    if (message !== undefined) put(message)
  }

  const retry = (message: Message) => change(api.retryMessage(message))
  const correct = (message: Message, body: string) => change(api.correctMessage(message, body))
  const retract = (message: Message) => change(api.retractMessage(message))
  const react = (message: Message, emoji: string[]) => change(api.react(message, emoji))

  return { of, put, reload, forget, clear, retry, correct, retract, react }
})

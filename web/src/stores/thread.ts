/** The messages of one conversation, as far as it has been scrolled. */
import { computed, ref, shallowRef, triggerRef } from 'vue'
import * as api from '@/api/chat-operations'
import { ApiProblem, type ProblemCode } from '@/api/client'
import type { Message, MessageList } from '@/api/types'

const PAGE_MESSAGES = 60
/** The longest page that there is. */
const MOST_AT_ONCE = 200
/** So many read ones stand above the new ones. */
const CONTEXT = 20
/** More new ones than this are not all loaded at once. */
const MOST_NEW = 1000

/** How many messages are new: those of others behind a position. */
export interface News {
  unread: number
  readUpTo: number
}
const NONE: News = { unread: 0, readUpTo: Infinity }

export type Thread = ReturnType<typeof createThread>

export function createThread(conversationId: string, newsOf: () => News = () => NONE) {
  /** In the order of their positions; changed in place. */
  const messages = shallowRef<Message[]>([])
  const known = new Map<string, Message>()
  const isLoaded = ref(false)
  const isLoadingOlder = ref(false)
  /** Why the messages that were asked for last are not here. */
  const problem = ref<ProblemCode | null>(null)
  const older = ref<string | null>(null)
  /** Everything is here, back to the very first. */
  const isWhole = computed(() => isLoaded.value && older.value === null)
  /** Grows when an answer that is under way is no longer wanted. */
  let generation = 0

  /** The newest page and all that is new, instead of what is known. */
  async function load(): Promise<void> {
    const asked = (generation += 1)
    isLoadingOlder.value = false
    const { unread, readUpTo } = newsOf()
    const limit = Math.min(Math.max(PAGE_MESSAGES, unread + CONTEXT), MOST_AT_ONCE)
    const pages = await pagesBackTo(readUpTo, limit, () => asked === generation)
    const [newest] = pages
    if (newest === undefined || asked !== generation) return
    // some came by themselves while the page was on its way
    const early = [...known.values()]
    messages.value = []
    known.clear()
    pages.forEach(take)
    isLoaded.value = true
    early.forEach(put)
  }

  /** The newest first; none if that one cannot be had. */
  async function pagesBackTo(position: number, limit: number, isWanted: () => boolean) {
    const pages: MessageList[] = []
    let before: string | null = null
    do {
      const page = await asking(api.listMessages(conversationId, before, limit))
      if (page === undefined || !isWanted()) break
      pages.push(page)
      before = page.older
    } while (before !== null && firstOf(pages) > position && pages.length * limit < MOST_NEW)
    return pages
  }

  async function loadOlder(): Promise<void> {
    if (older.value === null || isLoadingOlder.value) return
    const asked = generation
    isLoadingOlder.value = true
    const page = await asking(api.listMessages(conversationId, older.value, PAGE_MESSAGES))
    if (asked !== generation) return
    isLoadingOlder.value = false
    if (page !== undefined) take(page)
  }

  async function asking(request: Promise<MessageList>): Promise<MessageList | undefined> {
    try {
      const page = await request
      problem.value = null
      return page
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      problem.value = error.code
      return undefined
    }
  }

  function take(page: MessageList): void {
    older.value = page.older
    page.items.forEach(insert)
    triggerRef(messages)
  }

  /** Keep this state of a message, unless a later one is known or it is older than what is shown. */
  function put(message: Message): void {
    const first = messages.value[0]
    const isHidden = first !== undefined && message.position < first.position
    if (isHidden && !known.has(message.message_id) && !isWhole.value && isLoaded.value) return
    if (insert(message)) triggerRef(messages)
  }

  function insert(message: Message): boolean {
    const before = known.get(message.message_id)
    if (before !== undefined && message.revision <= before.revision) return false
    const list = messages.value
    known.set(message.message_id, message)
    if (before !== undefined) {
      const at = list.lastIndexOf(before, placeOf(list, before.position) - 1)
      if (before.position === message.position) {
        list[at] = message
        return true
      }
      list.splice(at, 1)
    }
    list.splice(placeOf(list, message.position), 0, message)
    return true
  }

  return {
    messages,
    known,
    isLoaded,
    isLoadingOlder,
    isWhole,
    problem,
    older,
    load,
    loadOlder,
    put,
  }
}

/** Where the oldest of these pages begins. */
const firstOf = (pages: MessageList[]) => pages.at(-1)?.items[0]?.position ?? -Infinity

/** The index behind all messages up to this position. */
function placeOf(messages: Message[], position: number): number {
  let [from, to] = [0, messages.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((messages[middle]?.position ?? 0) <= position) from = middle + 1
    else to = middle
  }
  return from
}

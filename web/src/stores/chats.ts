/** Which conversations are open, in the order of their tabs. This browser remembers it. */
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { useKept } from './kept'
import { useThreads } from './threads'

export const useChats = defineStore('chats', () => {
  const threads = useThreads()
  const kept = useKept<{ open: string[]; current: string; first: number; hasList: boolean }>(
    'chats',
    { open: [], current: '', first: 0, hasList: true },
  )
  const open = computed(() => kept.value.open)
  /** The one that is written in; "" if none is open. */
  const current = computed(() => kept.value.current)
  const hasList = computed({
    get: () => kept.value.hasList,
    set: (hasList) => (kept.value = { ...kept.value, hasList }),
  })

  function show(conversationId: string): void {
    const isOpen = open.value.includes(conversationId)
    kept.value = {
      ...kept.value,
      open: isOpen ? open.value : [...open.value, conversationId],
      current: conversationId,
    }
  }

  /** The one beside it takes its place. */
  function close(conversationId: string): void {
    const at = open.value.indexOf(conversationId)
    if (at === -1) return
    const rest = open.value.toSpliced(at, 1)
    const next = rest[at] ?? rest.at(-1) ?? ''
    const wasCurrent = current.value === conversationId
    kept.value = { ...kept.value, open: rest, current: wasCurrent ? next : current.value }
    threads.forget(conversationId)
  }

  /** As many neighbours as there are columns, the current one among them; they move if they must. */
  function shownIn(columns: number): string[] {
    const at = Math.max(0, open.value.indexOf(current.value))
    const most = Math.max(0, open.value.length - columns)
    const first = Math.min(Math.max(kept.value.first, at - columns + 1), at, most)
    return open.value.slice(first, first + columns)
  }

  /** Keep the columns where they are when the next one is chosen. */
  function settle(shown: string[]): void {
    const first = Math.max(0, open.value.indexOf(shown[0] ?? ''))
    if (first !== kept.value.first) kept.value = { ...kept.value, first }
  }

  function clear(): void {
    kept.value = { ...kept.value, open: [], current: '', first: 0 }
  }

  return { open, current, hasList, show, close, shownIn, settle, clear }
})

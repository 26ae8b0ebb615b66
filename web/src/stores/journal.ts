/** The history of calls, newest first, as far as it has been scrolled. */
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import * as api from '@/api/operations'
import type { JournalEntry, JournalList } from '@/api/types'
import { useNotice } from './notice'

const PAGE_ENTRIES = 50

export const useJournal = defineStore('journal', () => {
  const notice = useNotice()
  const entries = shallowRef<JournalEntry[]>([])
  const next = ref<string | null>(null)
  const isLoaded = ref(false)
  const isLoading = ref(false)
  let generation = 0

  const lastOutgoing = computed(() => entries.value.find((entry) => entry.direction === 'outgoing'))

  /** The first page, instead of all that is known. Throws ApiProblem. */
  async function load(): Promise<JournalList> {
    const page = await api.listJournal(null, PAGE_ENTRIES)
    generation += 1
    entries.value = []
    next.value = page.next
    page.items.forEach(put)
    isLoaded.value = true
    return page
  }

  async function loadMore(): Promise<void> {
    if (next.value === null || isLoading.value) return
    const asked = generation
    isLoading.value = true
    const page = await notice.reporting(api.listJournal(next.value, PAGE_ENTRIES))
    isLoading.value = false
    if (page === undefined || asked !== generation) return
    next.value = page.next
    page.items.forEach(put)
  }

  /** Keep this state of an entry, unless a later one is known. */
  function put(entry: JournalEntry): void {
    const others = entries.value.filter((each) => each.entry_id !== entry.entry_id)
    const known = entries.value.find((each) => each.entry_id === entry.entry_id)
    if (known !== undefined && entry.revision <= known.revision) return
    const place = others.findIndex((each) => each.started_at < entry.started_at)
    const index = place === -1 ? others.length : place
    entries.value = others.toSpliced(index, 0, entry)
  }

  async function deleteRecording(recordingId: string): Promise<void> {
    await notice.reporting(api.deleteRecording(recordingId)) // the entries come as events
  }

  function clear(): void {
    generation += 1
    entries.value = []
    next.value = null
    isLoaded.value = false
  }

  return {
    entries,
    next,
    isLoaded,
    isLoading,
    lastOutgoing,
    load,
    loadMore,
    put,
    deleteRecording,
    clear,
  }
})

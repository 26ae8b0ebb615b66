/** The suggestions below a field: opened by typing, chosen by arrow keys. */
import { computed, type Ref, ref, watch } from 'vue'
import { useContacts } from '@/stores/contacts'
import { isName } from '@/text/matching'
import { suggestionsFor } from './suggestions'

export type Suggestions = ReturnType<typeof useSuggestions>

export function useSuggestions(text: Ref<string>) {
  const contacts = useContacts()
  const isOpen = ref(false)
  /** What the arrow keys chose; null before they were used. */
  const moved = ref<number | null>(null)

  const found = computed(() => (isOpen.value ? suggestionsFor(text.value, contacts.others) : []))
  const index = computed(() => moved.value ?? (isName(text.value) ? 0 : -1))
  const chosen = computed(() => found.value[index.value])

  watch(text, () => (moved.value = null))

  function open(): void {
    isOpen.value = true
  }

  function close(): void {
    isOpen.value = false
    moved.value = null
  }

  /** Whether the key was meant for the list. */
  function press(key: string): boolean {
    const count = found.value.length
    if (count === 0) return false
    if (key === 'ArrowDown') moved.value = (index.value + 1) % count
    else if (key === 'ArrowUp') moved.value = (Math.max(index.value, 0) - 1 + count) % count
    else if (key === 'Escape') close()
    else return false
    return true
  }

  return { found, index, chosen, open, close, press }
}

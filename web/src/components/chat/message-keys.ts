/** Keys in the list of messages: from one to the next, to its menu, and back to writing. */
import { computed, nextTick, ref, type Ref } from 'vue'
import type { Row } from './timeline'

interface MessageKeys {
  scroller: Readonly<Ref<HTMLElement | null>>
  rows: () => Row[]
  leave: () => void
}

export function useMessageKeys({ scroller, rows, leave }: MessageKeys) {
  const focused = ref('')
  const keys = computed(() => rows().flatMap((row) => (row.kind === 'message' ? [row.key] : [])))
  /** Where Tab enters the list. */
  const entry = computed(() =>
    keys.value.includes(focused.value) ? focused.value : keys.value.at(-1),
  )
  /** What has the focus stays in the page, wherever it is scrolled to. */
  const keptIndexes = computed(() => {
    const index = rows().findIndex(({ key }) => key === focused.value)
    return index === -1 ? [] : [index]
  })

  const messageOf = (element: Element | null) =>
    element?.closest<HTMLElement>('[data-message-id]') ?? null

  function note(event: FocusEvent): void {
    focused.value = messageOf(event.target as Element)?.dataset.messageId ?? ''
  }

  async function focus(key: string): Promise<void> {
    focused.value = key
    await nextTick()
    const row = scroller.value?.querySelector(`[data-message-id="${CSS.escape(key)}"]`)
    row?.querySelector<HTMLElement>('.bubble')?.focus()
  }

  function press(event: KeyboardEvent): void {
    const bubble = event.target as HTMLElement
    if (event.ctrlKey || event.altKey || event.metaKey || !bubble.matches('.bubble')) return
    const at = keys.value.indexOf(messageOf(bubble)?.dataset.messageId ?? '')
    if (event.key === 'ArrowUp' && at > 0) void focus(keys.value[at - 1] ?? '')
    else if (event.key === 'ArrowDown' && at < keys.value.length - 1)
      void focus(keys.value[at + 1] ?? '')
    else if (event.key === 'Enter') openMenu(bubble)
    else if (event.key === 'Escape' || event.key === 'ArrowDown') leave()
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  return { entry, keptIndexes, note, focus, press }
}

/** As the key for menus does it, which not every keyboard has. */
function openMenu(element: HTMLElement): void {
  const { left, bottom } = element.getBoundingClientRect()
  element.dispatchEvent(
    new MouseEvent('contextmenu', {
      bubbles: true,
      cancelable: true,
      clientX: left + 8,
      clientY: bottom,
    }),
  )
}

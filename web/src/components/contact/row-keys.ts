/**
 * Arrow keys in a list whose rows have the same buttons: up and down, along a row, and by letters.
 * What is out of sight need not be in the page, but for the row that has the focus.
 */
import { computed, nextTick, type Ref, ref } from 'vue'

interface Rows {
  list: Readonly<Ref<HTMLElement | null>>
  /** What the rows are about, in their order; each has its own as `data-row`. */
  ids: () => string[]
  nameOf: (id: string) => string
  /** The one that Tab finds at first. */
  current?: () => string
  /** Brings a row into the page that is far away. */
  approach?: (index: number) => void
}

const LETTER = /^\p{L}$/u
/** Until a row has its place it cannot have the focus. */
const MOST_FRAMES = 20

export function useRowKeys({ list, ids, nameOf, current, approach }: Rows) {
  const { compare } = new Intl.Collator(undefined, { sensitivity: 'base' })
  const focused = ref('')
  /** The row that gets the focus as soon as it can. */
  const next = ref('')

  /** The row where Tab enters the list. */
  const entry = computed(() => {
    const all = ids()
    return [focused.value, current?.() ?? ''].find((id) => all.includes(id)) ?? all[0]
  })
  /** Rows that stay in the page, wherever it is scrolled to. */
  const kept = computed(() => indexesOf([focused.value, next.value]))

  function indexesOf(wanted: string[]): number[] {
    const found = new Set(wanted.map((id) => ids().indexOf(id)))
    found.delete(-1)
    return [...found]
  }

  /** The row in which something happens; "" beside the rows. */
  const idAt = (target: EventTarget | null) =>
    (target as Element | null)?.closest<HTMLElement>('[data-row]')?.dataset.row ?? ''

  const rowOf = (id: string) =>
    list.value?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)

  function note(event: FocusEvent): void {
    focused.value = idAt(event.target)
  }

  function press(event: KeyboardEvent): void {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const id = idAt(event.target)
    const buttons = buttonsOf(rowOf(id))
    const column = buttons.findIndex((button) => button.contains(event.target as Node))
    if (column === -1) return
    const beside = besideOf(event.key, buttons, column)
    const index = indexFor(event.key, ids().indexOf(id))
    if (beside !== undefined) beside.focus()
    else if (index !== undefined) void focus(index, LETTER.test(event.key) ? 0 : column)
    else return
    event.preventDefault()
  }

  function indexFor(key: string, at: number): number | undefined {
    const all = ids()
    switch (key) {
      case 'ArrowDown':
        return at + 1
      case 'ArrowUp':
        return at - 1
      case 'Home':
        return 0
      case 'End':
        return all.length - 1
    }
    if (!LETTER.test(key)) return undefined
    const begins = (id: string) => compare(nameOf(id).trim().slice(0, 1), key) === 0
    const later = all.findIndex((id, index) => index > at && begins(id))
    return later === -1 ? all.findIndex(begins) : later
  }

  async function focus(index: number, column: number): Promise<void> {
    const id = ids()[index]
    if (id === undefined) return
    next.value = id
    await nextTick()
    for (let frame = 0; frame < MOST_FRAMES && next.value === id; frame += 1) {
      const buttons = buttonsOf(rowOf(id))
      const button = buttons[column] ?? buttons[0]
      button?.focus()
      if (button !== undefined && document.activeElement === button) break
      if (frame === 0) approach?.(index)
      await new Promise(requestAnimationFrame)
    }
    if (next.value === id) next.value = ''
  }

  /** From elsewhere, to where Tab would lead. */
  const enter = () => void focus(Math.max(0, ids().indexOf(entry.value ?? '')), 0)

  return { entry, kept, idAt, rowOf, note, press, enter }
}

function besideOf(key: string, buttons: HTMLElement[], column: number): HTMLElement | undefined {
  if (key === 'ArrowRight') return buttons[column + 1]
  return key === 'ArrowLeft' ? buttons[column - 1] : undefined
}

function buttonsOf(row: Element | null | undefined): HTMLElement[] {
  return [...(row?.querySelectorAll<HTMLElement>('button:not(:disabled)') ?? [])]
}

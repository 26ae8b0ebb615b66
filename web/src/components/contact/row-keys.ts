/** Arrow keys in a list whose rows have the same buttons: up and down, along a row, and by letters. */
import { type Ref } from 'vue'

const LETTER = /^\p{L}$/u

export function useRowKeys(list: Readonly<Ref<HTMLElement | null>>) {
  return (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.altKey || event.metaKey) return
    const button = document.activeElement?.closest('button')
    const row = button?.closest('li')
    if (button == null || row == null) return
    const target = targetOf(event.key, row, button)
    if (target == null) return
    event.preventDefault()
    target.focus()
  }

  function targetOf(
    key: string,
    row: HTMLElement,
    button: HTMLElement,
  ): HTMLElement | null | undefined {
    const rows: HTMLElement[] = [...(list.value?.querySelectorAll('li') ?? [])]
    const [at, column] = [rows.indexOf(row), buttonsOf(row).indexOf(button)]
    const inRow = (index: number) => {
      const buttons = buttonsOf(rows[index])
      return buttons[column] ?? buttons[0]
    }
    switch (key) {
      case 'ArrowDown':
        return inRow(at + 1)
      case 'ArrowUp':
        return inRow(at - 1)
      case 'Home':
        return inRow(0)
      case 'End':
        return inRow(rows.length - 1)
      case 'ArrowRight':
        return buttonsOf(row)[column + 1]
      case 'ArrowLeft':
        return buttonsOf(row)[column - 1]
    }
    if (!LETTER.test(key)) return undefined
    const next = [...rows.slice(at + 1), ...rows.slice(0, at + 1)]
    return buttonsOf(next.find((each) => begins(each, key)))[0]
  }
}

function buttonsOf(row: Element | undefined): HTMLElement[] {
  return [...(row?.querySelectorAll<HTMLElement>('button:not(:disabled)') ?? [])]
}

function begins(row: HTMLElement, letter: string): boolean {
  const first = row.innerText.trim().slice(0, 1)
  return first.localeCompare(letter, undefined, { sensitivity: 'base' }) === 0
}

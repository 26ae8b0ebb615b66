/** Arrow keys in a grid of buttons, whatever its rows are. */
import type { Ref } from 'vue'

export function useGridKeys(grid: Readonly<Ref<HTMLElement | null>>) {
  return (event: KeyboardEvent): void => {
    const buttons = [...(grid.value?.querySelectorAll<HTMLElement>('button') ?? [])]
    const at = buttons.findIndex((button) => button === document.activeElement)
    if (at === -1) return
    const target = targetOf(event.key, buttons, at)
    if (target === undefined) return
    event.preventDefault()
    target.focus()
  }
}

function targetOf(key: string, buttons: HTMLElement[], at: number): HTMLElement | undefined {
  switch (key) {
    case 'ArrowRight':
      return buttons[at + 1]
    case 'ArrowLeft':
      return buttons[at - 1]
    case 'ArrowDown':
      return nearest(buttons.slice(at + 1), buttons[at], 1)
    case 'ArrowUp':
      return nearest(buttons.slice(0, at).reverse(), buttons[at], -1)
    case 'Home':
      return buttons[0]
    case 'End':
      return buttons.at(-1)
  }
  return undefined
}

/** In the next row, in this direction, the one that is nearest above or below. */
function nearest(
  others: HTMLElement[],
  from: HTMLElement | undefined,
  direction: 1 | -1,
): HTMLElement | undefined {
  if (from === undefined) return undefined
  const here = from.getBoundingClientRect()
  const row = others.find((each) => direction * (topOf(each) - here.top) > 1)
  if (row === undefined) return undefined
  const inRow = others.filter((each) => Math.abs(topOf(each) - topOf(row)) < 1)
  const distance = (each: HTMLElement) => Math.abs(each.getBoundingClientRect().left - here.left)
  return inRow.sort((one, other) => distance(one) - distance(other))[0]
}

const topOf = (element: HTMLElement) => element.getBoundingClientRect().top

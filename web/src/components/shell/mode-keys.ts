/**
 * Keys that choose the mode: Ctrl+1, 2, 3, and the same with Alt+Shift.
 *
 * In a tab most browsers keep Ctrl and a digit for their tabs; a window of its own gets them.
 */
import { useEventListener } from '@vueuse/core'
import { MODES, useLayout } from '@/stores/layout'

export function useModeKeys(): void {
  const layout = useLayout()

  useEventListener(document, 'keydown', (event) => {
    const isOurs = event.altKey
      ? event.shiftKey && !event.ctrlKey
      : event.ctrlKey && !event.shiftKey
    if (!isOurs || event.metaKey) return
    // the key's place: with Shift it is another character on every keyboard
    const mode = MODES[['Digit1', 'Digit2', 'Digit3'].indexOf(event.code)]
    if (mode === undefined) return
    event.preventDefault()
    layout.choose(mode)
  })
}

/** Dialling from anywhere on the page, as long as no field has the focus. */
import { useEventListener } from '@vueuse/core'
import { useCalls } from '@/stores/calls'
import { useDial } from '@/stores/dial'
import { DTMF_KEYS, useDtmf } from '@/stores/dtmf'

const DIAL_KEYS = /^[0-9*#+]$/
const EDITABLE =
  'input, textarea, select, [contenteditable], [role=alertdialog], [role=application]'
const MENU = '[role=menu]'
const OWN_ENTER = `${EDITABLE}, button, a`
const ESCAPE = { key: 'Escape', bubbles: true }

/** Calls `reveal` whenever something was typed, so that the number field can be shown. */
export function useKeyboardDialling(reveal: () => void): void {
  const calls = useCalls()
  const dial = useDial()
  const dtmf = useDtmf()

  useEventListener(document, 'keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || isWithin(EDITABLE)) return
    if (isWithin(MENU)) {
      if (!DIAL_KEYS.test(event.key)) return // its own
      document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', ESCAPE))
    }
    if (handle(event.key)) event.preventDefault()
  })

  function handle(key: string): boolean {
    const inCall = calls.active
    if (inCall !== undefined && dtmf.open.has(inCall.call_id)) {
      if (!DTMF_KEYS.test(key)) return false
      dtmf.press(inCall.call_id, key)
      return true
    }
    if (DIAL_KEYS.test(key)) {
      dial.typeAnywhere(key)
      // Enter is to dial now, not to press the button that was clicked last
      if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
      reveal()
      return true
    }
    if (dial.text === '') return false
    if (dial.suggestions.press(key)) return true
    if (key === 'Backspace') dial.erase()
    else if (key === 'Enter' && !isWithin(OWN_ENTER)) void dial.submit()
    else return false
    return true
  }
}

function isWithin(selector: string): boolean {
  return document.activeElement?.closest(selector) != null
}

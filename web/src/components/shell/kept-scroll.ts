/** Remembers where a view was scrolled to, for when it is shown again. */
import { useEventListener } from '@vueuse/core'
import { onActivated, type Ref } from 'vue'

export function useKeptScroll(element: Readonly<Ref<HTMLElement | null>>): void {
  let top = 0
  useEventListener(element, 'scroll', () => (top = element.value?.scrollTop ?? 0), {
    passive: true,
  })
  onActivated(() => element.value?.scrollTo({ top }))
}

/** What somebody sees: of the page, and whether they look at it at all. */
import {
  createSharedComposable,
  useDocumentVisibility,
  useIdle,
  useWindowFocus,
} from '@vueuse/core'
import { computed, type ComputedRef, onActivated, onDeactivated, ref } from 'vue'
import { useRoute } from 'vue-router'
import { useLayout } from '@/stores/layout'

/** Without a hand on mouse or keyboard for so long, nobody may be there. */
const IDLE_MS = 120_000

/** The page is in front, and somebody is at the computer. */
export const useAttention = createSharedComposable((): ComputedRef<boolean> => {
  const visibility = useDocumentVisibility()
  const hasFocus = useWindowFocus()
  const { idle } = useIdle(IDLE_MS)
  return computed(() => hasFocus.value && visibility.value === 'visible' && !idle.value)
})

/** A view of the content is on the screen: it is chosen, and nothing is in its place. */
export function useIsShown(name: string): ComputedRef<boolean> {
  const layout = useLayout()
  const route = useRoute()
  const isActive = ref(true)
  onActivated(() => (isActive.value = true))
  onDeactivated(() => (isActive.value = false))
  return computed(() => isActive.value && (layout.mode === 'expanded' || route.name === name))
}

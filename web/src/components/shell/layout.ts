/** How many areas fit: all three, the profile and one more, or one. */
import { useBreakpoints } from '@vueuse/core'
import { computed } from 'vue'

export type LayoutMode = 'expanded' | 'normal' | 'mini'

const WIDTHS_PX = { normal: 680, expanded: 1120 }

export function useLayoutMode() {
  const widths = useBreakpoints(WIDTHS_PX)
  const isExpanded = widths.greaterOrEqual('expanded')
  const isNormal = widths.greaterOrEqual('normal')
  return computed<LayoutMode>(() =>
    isExpanded.value ? 'expanded' : isNormal.value ? 'normal' : 'mini',
  )
}

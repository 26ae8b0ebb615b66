/** How the window is divided: into how many areas, and how wide the panes are. */
import { useWindowSize } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed } from 'vue'
import { type PaneName, PANES, panesIn } from '@/components/shell/panes'
import { useKept } from './kept'

/** One area; the profile and one more; all three. */
export type LayoutMode = 'mini' | 'normal' | 'expanded'

export const MODES: readonly LayoutMode[] = ['mini', 'normal', 'expanded']
/** The narrowest window that each fits into, in CSS pixels. */
const LEAST_WIDTH: Record<LayoutMode, number> = { mini: 0, normal: 680, expanded: 1120 }
/** No wider than this, as ShellLayout.vue has it. */
const MINI_MOST = 704

export const useLayout = defineStore('layout', () => {
  const { width } = useWindowSize()
  /** What was chosen; "expanded" is whatever fits. */
  const chosen = useKept<LayoutMode>('mode', 'expanded')
  const widths = useKept<Record<PaneName, number>>('panes', {
    side: PANES.side.usual,
    phone: PANES.phone.usual,
  })

  const fitting = computed(() => MODES.filter((mode) => width.value >= LEAST_WIDTH[mode]))
  const mode = computed<LayoutMode>(() =>
    fitting.value.includes(chosen.value) ? chosen.value : (fitting.value.at(-1) ?? 'mini'),
  )
  const panes = computed(() => panesIn(width.value, widths.value, mode.value === 'expanded'))
  /** How wide the middle area is, in CSS pixels. */
  const contentWidth = computed(() => {
    if (mode.value === 'mini') return Math.min(width.value, MINI_MOST)
    const { side, phone } = panes.value
    return width.value - side.width - (mode.value === 'expanded' ? phone.width : 0)
  })

  function choose(wanted: LayoutMode): void {
    chosen.value = wanted
  }

  function resize(pane: PaneName, wanted: number): void {
    widths.value = { ...widths.value, [pane]: wanted }
  }

  return { chosen, fitting, mode, panes, contentWidth, choose, resize }
})

/** Where the messages are scrolled to: at the end, they follow what comes; else they stay. */
import { nextTick, onActivated, type Ref, watch } from 'vue'
import type { VirtualizerHandle } from 'virtua/vue'
import type { Thread } from '@/stores/thread'
import type { Row } from './timeline'

const AT_END_PX = 48
/** So near to the first message that is here, those before it are asked for. */
const NEAR_PX = 800

interface ListScroll {
  scroller: Readonly<Ref<HTMLElement | null>>
  virtual: Readonly<Ref<VirtualizerHandle | null>>
  thread: Thread
  rows: () => Row[]
  isAtEnd: Ref<boolean>
  isSeen: () => boolean
  hasNews: () => boolean
}

export function useListScroll(list: ListScroll) {
  const { scroller, thread, isAtEnd } = list
  /** At the end, or on its way there. */
  let isFollowing = true
  let isPlaced = false
  let top = 0
  let size = ''
  /** The window has become another size since it was scrolled last, and perhaps the same again. */
  let isResized = false

  function scrollToEnd(): void {
    isFollowing = true
    const element = scroller.value
    if (element !== null) element.scrollTop = element.scrollHeight
  }

  function scrolled(): void {
    const element = scroller.value
    if (element === null || element.clientHeight === 0) return
    // a window that becomes another size moves the text, and nobody has scrolled
    measure(element)
    const isUp = !isResized && element.scrollTop < top - 1
    isResized = false
    top = element.scrollTop
    // what grows below moves the end away without anybody's doing
    if (element.scrollHeight - top - element.clientHeight < AT_END_PX) isFollowing = true
    else if (isUp) isFollowing = false
    isAtEnd.value = isFollowing && isPlaced
    askForOlder()
  }

  function measure(element: HTMLElement): void {
    const now = `${element.clientWidth} ${element.clientHeight}`
    isResized ||= now !== size
    size = now
  }

  function askForOlder(): void {
    const element = scroller.value
    if (element === null || !isPlaced || !list.isSeen()) return
    if (element.scrollTop < NEAR_PX && thread.problem.value === null) void thread.loadOlder()
  }

  /** A row is higher than was thought, or the window has changed; the page will be as high next. */
  function resized(): void {
    if (scroller.value !== null) measure(scroller.value)
    if (isPlaced) void nextTick(() => isFollowing && scrollToEnd())
  }

  /** At first, where the new ones begin. */
  function place(): void {
    isPlaced = true
    if (!list.hasNews()) return follow()
    const index = list.rows().findIndex(({ kind }) => kind === 'new')
    isFollowing = false
    list.virtual.value?.scrollToIndex(Math.max(0, index - 1), { align: 'start' })
    requestAnimationFrame(() => requestAnimationFrame(scrolled))
  }

  function follow(): void {
    scrollToEnd()
    isAtEnd.value = true
    askForOlder()
  }

  watch(
    () => [list.rows(), thread.isLoaded.value] as const,
    async ([, isLoaded]) => {
      if (!isLoaded) return
      await nextTick()
      if (!isPlaced) place()
      else if (isFollowing) follow()
      else askForOlder()
    },
    { immediate: true, flush: 'post' },
  )

  // what is taken out of the page forgets where it was
  onActivated(() => {
    const element = scroller.value
    if (element === null || !isPlaced) return
    if (isFollowing) scrollToEnd()
    else element.scrollTop = top
  })

  return { scrollToEnd, scrolled, resized }
}

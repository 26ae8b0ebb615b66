/**
 * Tells the stack that somebody is here, so that it can tell others when nobody is. By what is done
 * on the page, and on the whole computer where the browser is allowed to notice that.
 */
import { defineStore } from 'pinia'
import { ref, watch } from 'vue'
import { ApiProblem } from '@/api/client'
import { noteActivity } from '@/api/presence-operations'
import { usePresence } from './presence'
import { useScreenName } from './screen-name'
import { useSettings } from './settings'

const INPUTS = ['pointermove', 'pointerdown', 'keydown', 'wheel', 'touchstart']
const SHORTEST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 30_000
/** The least that browsers take. */
const THRESHOLD_MS = 60_000

export type IdlePermission = PermissionState | 'impossible'

export const useActivity = defineStore('activity', () => {
  const screen = useScreenName()
  const presence = usePresence()
  const settings = useSettings()
  const permission = ref<IdlePermission>('impossible')
  let toldAt = -Infinity
  let detector: AbortController | null = null
  let beat: ReturnType<typeof setInterval> | undefined

  const isWanted = () => settings.settings.away_after_s > 0
  /** Often enough that nobody is away who is not; at once if they are. */
  const pauseMs = () =>
    presence.own.instead_of == null
      ? Math.min(LONGEST_PAUSE_MS, settings.settings.away_after_s * 100)
      : SHORTEST_PAUSE_MS

  function noticed(event: Event): void {
    // browsers make such a one when what lies beneath the pointer moves
    if (event instanceof PointerEvent && event.type === 'pointermove') {
      if (event.movementX === 0 && event.movementY === 0) return
    }
    here()
  }

  function here(): void {
    if (!isWanted() || performance.now() - toldAt < pauseMs()) return
    toldAt = performance.now()
    void tell(false)
  }

  async function tell(isLocked: boolean): Promise<void> {
    try {
      await noteActivity(screen.value, isLocked)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      toldAt = -Infinity
    }
  }

  /** From now on, until the answer is called. */
  function follow(): () => void {
    const options = { capture: true, passive: true }
    for (const input of INPUTS) addEventListener(input, noticed, options)
    const stopSettings = watch(isWanted, here, { immediate: true })
    void lookForPermission()
    return () => {
      for (const input of INPUTS) removeEventListener(input, noticed, options)
      stopSettings()
      stopDetector()
    }
  }

  async function lookForPermission(): Promise<void> {
    if (window.IdleDetector === undefined) return
    const name = 'idle-detection' as PermissionName
    permission.value = (await navigator.permissions.query({ name })).state
    if (permission.value === 'granted') await startDetector()
  }

  /** Ask the person; only a click may. */
  async function askForPermission(): Promise<void> {
    if (window.IdleDetector === undefined) return
    permission.value = await window.IdleDetector.requestPermission()
    if (permission.value === 'granted') await startDetector()
  }

  async function startDetector(): Promise<void> {
    if (window.IdleDetector === undefined || detector !== null) return
    const found = new window.IdleDetector()
    detector = new AbortController()
    found.onchange = () => heed(found)
    await found.start({ threshold: THRESHOLD_MS, signal: detector.signal })
    heed(found)
  }

  function heed({ userState, screenState }: IdleDetector): void {
    clearInterval(beat)
    if (screenState === 'locked') {
      toldAt = -Infinity
      if (isWanted()) void tell(true)
    } else if (userState === 'active') {
      here()
      beat = setInterval(here, LONGEST_PAUSE_MS)
    }
  }

  function stopDetector(): void {
    clearInterval(beat)
    detector?.abort()
    detector = null
  }

  return { permission, follow, askForPermission }
})

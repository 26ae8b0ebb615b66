/** The teams that the person is in. Without them the page works all the same, so it does not wait. */
import { defineStore } from 'pinia'
import { computed, reactive, ref, shallowReactive } from 'vue'
import { ApiProblem } from '@/api/client'
import * as api from '@/api/operations'
import type { Team } from '@/api/types'
import { useNotice } from './notice'

const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 15_000

export const useTeams = defineStore('teams', () => {
  const notice = useNotice()
  const known = shallowReactive(new Map<string, Team>())
  const isLoaded = ref(false)
  /** The teams service does not answer; it is asked again. */
  const isAway = ref(false)
  const busy = reactive(new Set<string>())
  let retry: ReturnType<typeof setTimeout> | undefined
  let delayMs = FIRST_DELAY_MS
  /** Grows when an answer that is under way is no longer wanted. */
  let generation = 0

  /** Those that the person is in, by name. */
  const shown = computed(() =>
    [...known.values()]
      .filter((team) => team.membership !== null)
      .sort((one, other) => one.name.localeCompare(other.name)),
  )
  /** How many callers wait, in all of them. */
  const waiting = computed(() => shown.value.reduce((sum, team) => sum + team.callers.length, 0))

  /** All of them, instead of those that are known. Tries again by itself while the service is away. */
  async function load(): Promise<void> {
    clearTimeout(retry)
    const asked = (generation += 1)
    const before = new Map([...known].map(([teamId, team]) => [teamId, team.revision]))
    try {
      const { items } = await api.listTeams()
      if (asked === generation) take(items, before)
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (asked === generation && error.code !== 'sign_in_required') loadLater()
    }
  }

  /** What is not listed has been left, unless it has changed since it was asked for. */
  function take(teams: Team[], before: Map<string, number>): void {
    const listed = new Set(teams.map((team) => team.team_id))
    for (const [teamId, team] of known)
      if (!listed.has(teamId) && before.get(teamId) === team.revision) known.delete(teamId)
    teams.forEach(put)
    isLoaded.value = true
    isAway.value = false
    delayMs = FIRST_DELAY_MS
  }

  function loadLater(): void {
    isAway.value = true
    retry = setTimeout(() => void load(), delayMs)
    delayMs = Math.min(delayMs * 2, LONGEST_DELAY_MS)
  }

  /** Keep this state of a team, unless a later one is known. */
  function put(team: Team): void {
    if (team.revision > (known.get(team.team_id)?.revision ?? -1)) known.set(team.team_id, team)
  }

  /** One command at a time for each team; a second click meanwhile is not a second command. */
  async function run(teamId: string, command: () => Promise<Team>): Promise<void> {
    if (busy.has(teamId)) return
    busy.add(teamId)
    const team = await notice.reporting(command())
    busy.delete(teamId)
    if (team !== undefined) put(team)
  }

  const change = (teamId: string, verb: api.TeamVerb) =>
    run(teamId, () => api.changeTeam(teamId, verb))
  const pause = (teamId: string, reason: string) =>
    run(teamId, () => api.pauseInTeam(teamId, reason))

  function clear(): void {
    clearTimeout(retry)
    generation += 1
    known.clear()
    isLoaded.value = false
    isAway.value = false
  }

  return { shown, waiting, isLoaded, isAway, busy, load, put, change, pause, clear }
})

import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Team } from '@/api/types'
import { useTeams } from '@/stores/teams'
import { stubGateway } from '../gateway'
import { callerOf, teamOf } from '../samples'

const page = (items: Team[]) => ({ items, event_id: '1-0' })
const names = () => useTeams().shown.map((team) => team.name)

beforeEach(() => {
  vi.useFakeTimers()
  setActivePinia(createPinia())
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the teams', () => {
  it('are those that the person is in, by name', async () => {
    stubGateway({ 'GET /teams': page([teamOf(), teamOf({ team_id: 'sales', name: 'Sales' })]) })
    await useTeams().load()
    expect(names()).toEqual(['Sales', 'Support'])
    useTeams().put(teamOf({ team_id: 'sales', revision: 2, membership: null }))
    expect(names()).toEqual(['Support'])
  })

  it('count those who wait', () => {
    const teams = useTeams()
    teams.put(teamOf({ callers: [callerOf(), callerOf({ caller_id: '2', position: 2 })] }))
    teams.put(teamOf({ team_id: 'sales', callers: [callerOf()] }))
    expect(teams.waiting).toBe(3)
  })

  it('keep the latest state', () => {
    const teams = useTeams()
    teams.put(teamOf({ revision: 4, state: 'paused' }))
    teams.put(teamOf({ revision: 3, state: 'logged_in' }))
    expect(teams.shown[0]?.state).toBe('paused')
  })

  it('lose what a later list has not, but not what has changed meanwhile', async () => {
    const teams = useTeams()
    teams.put(teamOf({ team_id: 'left', name: 'Left' }))
    teams.put(teamOf({ team_id: 'joined', name: 'Joined' }))
    let answer: (list: object) => void = () => undefined
    stubGateway({ 'GET /teams': () => new Promise((resolve) => (answer = resolve)) })
    const loading = teams.load()
    await vi.advanceTimersByTimeAsync(0)
    teams.put(teamOf({ team_id: 'joined', name: 'Joined', revision: 2 }))
    answer(page([]))
    await loading
    expect(names()).toEqual(['Joined'])
  })

  it('are asked for again while the service is away', async () => {
    stubGateway({})
    const teams = useTeams()
    await teams.load()
    expect(teams.isAway).toBe(true)
    stubGateway({ 'GET /teams': page([teamOf()]) })
    await vi.advanceTimersByTimeAsync(1000)
    expect(teams.isAway).toBe(false)
    expect(names()).toEqual(['Support'])
  })

  it('take one command at a time', async () => {
    const asked = stubGateway({
      'POST /teams/support/log-in': teamOf({ revision: 2, state: 'logged_in' }),
    })
    const teams = useTeams()
    teams.put(teamOf())
    await Promise.all([teams.change('support', 'log-in'), teams.change('support', 'log-in')])
    expect(asked).toHaveLength(1)
    expect(teams.shown[0]?.state).toBe('logged_in')
  })
})

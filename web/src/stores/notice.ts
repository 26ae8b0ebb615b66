/** The last command that failed: said once, until dismissed or followed by another. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { ApiProblem, type ProblemCode } from '@/api/client'
import { useSession } from './session'

/** What the page itself has to say. */
export type PageProblem = 'link_refused' | 'link_unreadable' | 'download_failed'

export const useNotice = defineStore('notice', () => {
  const session = useSession()
  const code = ref<ProblemCode | PageProblem | null>(null)

  /** The result of a request; undefined if it failed, which is then shown. */
  async function reporting<Result>(request: Promise<Result>): Promise<Result | undefined> {
    try {
      const result = await request
      code.value = null
      return result
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.code === 'sign_in_required') session.forget()
      else code.value = error.code
      return undefined
    }
  }

  function tell(problem: PageProblem): void {
    code.value = problem
  }

  function dismiss(): void {
    code.value = null
  }

  return { code, reporting, tell, dismiss }
})

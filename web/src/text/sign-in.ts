/** What went wrong at sign-in: the sentence, and the field it belongs to. */
import { useI18n } from 'vue-i18n'
import type { ApiProblem } from '@/api/client'
import type { Side } from '@/api/types'

type SignInField = 'user' | 'password' | 'server'
export type SignInPlace = SignInField | 'form'

const FIELD_OF_REASON: Record<string, SignInField | undefined> = {
  wrong_password: 'password',
  unknown_user: 'user',
  unknown_server: 'server',
  dns_unavailable: 'server',
  connection_refused: 'server',
  server_unreachable: 'server',
  tls_refused: 'server',
}

/** Where to show the problem: beside a field, or for the whole form. */
export function fieldOf(problem: ApiProblem): SignInPlace {
  if (problem.code === 'sign_in_failed') return FIELD_OF_REASON[reasonOf(problem)] ?? 'form'
  return problem.code === 'account_taken' ? 'user' : invalidField(problem)
}

/** The one side that the server keeps us out of, while the other took what was typed. */
export function refusedSide({ code, fields }: ApiProblem): Side | null {
  if (code !== 'sign_in_failed' || fields.accepted === undefined) return null
  return fields.side === 'sip' || fields.side === 'chat' ? fields.side : null
}

/** Problems as sentences in the language of the page. */
export function useSignInText() {
  const i18n = useI18n()
  const { t } = i18n

  return (problem: ApiProblem): string => {
    const seconds = problem.fields.retry_in_s
    if (problem.code === 'too_many_attempts' && typeof seconds === 'number') {
      return t('signIn.tooManyAttempts', { seconds })
    }
    const field = invalidField(problem)
    if (field !== 'form') return t(`signIn.invalid.${field}`)
    if (problem.code !== 'sign_in_failed') return t(`problem.${problem.code}`)
    const kind = problem.fields.side === 'chat' ? 'chatProblem' : 'registrationProblem'
    const key = `${kind}.${reasonOf(problem)}`
    return i18n.te(key) ? t(key) : t('problem.sign_in_failed')
  }
}

const reasonOf = (problem: ApiProblem) => String(problem.fields.reason)

function invalidField({ code, fields }: ApiProblem): SignInPlace {
  if (code !== 'invalid_request') return 'form'
  const field = fields.field ?? firstLocation(fields.problems)
  return field === 'user' || field === 'password' || field === 'server' ? field : 'form'
}

/** The field that pydantic names first: `[{ "loc": ["server"], … }]`. */
function firstLocation(problems: unknown): unknown {
  if (!Array.isArray(problems)) return undefined
  return (problems as { loc?: unknown[] }[])[0]?.loc?.[0]
}

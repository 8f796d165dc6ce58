import type { Problem } from '@entra-bff/shared'
import { onScopeDispose, shallowRef, watch } from 'vue'
import { ProblemError } from '../api-errors.ts'
import { callDownstream, type DownstreamAnswer } from '../api.ts'
import { leaveTo, mayLeaveToSignIn } from '../navigation/leave.ts'
import { loginHrefOf } from '../navigation/add-return-to.ts'
import { lossOf } from '../stores/signed-out-reason.ts'
import { useSession } from '../stores/session.ts'

export type CallState =
  | { kind: 'loading'; previous: DownstreamAnswer | undefined }
  | { kind: 'ready'; answer: DownstreamAnswer }
  | { kind: 'problem'; problem: Problem; retryAfter: number | undefined }
  | { kind: 'unreachable' }
  | { kind: 'leaving' }

interface CallTarget {
  call: string
  search: string
  /** Where to come back to after a new sign-in. */
  returnTo: string
}

/** Calls whenever the target changes; the last call wins. */
export function useCall(target: () => CallTarget | undefined) {
  const session = useSession()
  const state = shallowRef<CallState>({ kind: 'loading', previous: undefined })
  let latest: AbortController | undefined

  async function run(meanwhile: CallState) {
    const current = target()
    latest?.abort()
    if (!current) return
    const controller = (latest = new AbortController())
    state.value = meanwhile
    const outcome = await attempt(current, controller.signal)
    if (controller !== latest) return
    state.value = outcome
    if (outcome.kind === 'problem') await handle(outcome.problem, current)
  }

  async function handle(problem: Problem, { returnTo }: CallTarget) {
    const loss = lossOf(problem)
    // The router's guard moves on to the login view if the session is really over.
    if (loss) return session.reportSignedOut(loss)
    if (problem.status !== 401 || !problem.login || !mayLeaveToSignIn()) return
    state.value = { kind: 'leaving' }
    leaveTo(loginHrefOf(problem.login, returnTo))
  }

  watch(
    () => JSON.stringify(target()),
    () => void run({ kind: 'loading', previous: undefined }),
    { immediate: true },
  )
  onScopeDispose(() => {
    latest?.abort()
    latest = undefined
  })

  /** An answer stays on the page until the next one is there; so does the word that none came. */
  function refresh() {
    const { value } = state
    if (value.kind === 'unreachable') return run(value)
    return run({ kind: 'loading', previous: value.kind === 'ready' ? value.answer : undefined })
  }
  return { state, refresh }
}

async function attempt({ call, search }: CallTarget, signal: AbortSignal): Promise<CallState> {
  try {
    return { kind: 'ready', answer: await callDownstream(call, search, signal) }
  } catch (error) {
    if (!(error instanceof ProblemError)) return { kind: 'unreachable' }
    return { kind: 'problem', problem: error.problem, retryAfter: error.retryAfter }
  }
}

import { onScopeDispose, shallowRef, watch } from 'vue'
import { api } from '../api.ts'
import { leaveTo, mayLeaveToSignIn } from '../navigation/leave.ts'
import { addReturnTo } from '../navigation/add-return-to.ts'
import { type DownstreamAnswer, readDownstreamAnswer } from '../result/downstream-answer.ts'
import { useSession } from '../stores/session.ts'
import { signedOutReasonOf } from '../stores/signed-out-reason.ts'
import { troubleOf, type Trouble } from '../trouble.ts'

export type CallState =
  | { kind: 'loading'; previous: DownstreamAnswer | undefined }
  | { kind: 'ready'; answer: DownstreamAnswer }
  | Trouble
  /** The page goes to the sign-in by itself. */
  | { kind: 'leaving' }

interface CallTarget {
  call: string
  search: string
  /** Where to come back to after a new sign-in. */
  returnTo: string
}

/** Calls a downstream API each time that the target changes. The last call wins. */
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
    if (outcome.kind === 'problem') await handle(outcome, current)
  }

  async function handle(trouble: Extract<Trouble, { kind: 'problem' }>, { returnTo }: CallTarget) {
    const { problem } = trouble
    const reason = signedOutReasonOf(trouble)
    // If the session is really over, the router's guard goes to the login view.
    if (reason) return session.reportSignedOut(reason)
    // Entra shows a page for a step-up: the person reads first why, and decides.
    if (problem.code === 'insufficient_user_authentication') return
    if (problem.status !== 401 || !problem.login || !mayLeaveToSignIn()) return
    state.value = { kind: 'leaving' }
    leaveTo(addReturnTo(problem.login, returnTo))
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

  /** Repeats the call. Meanwhile the page shows the old answer, or that the server gave none. */
  function refresh() {
    const { value } = state
    if (value.kind === 'unreachable') return run(value)
    return run({ kind: 'loading', previous: value.kind === 'ready' ? value.answer : undefined })
  }
  return { state, refresh }
}

async function attempt({ call, search }: CallTarget, signal: AbortSignal): Promise<CallState> {
  const startedAt = performance.now()
  const read = (response: Response) => readDownstreamAnswer(response, startedAt)
  try {
    return { kind: 'ready', answer: await api.call(call, { query: search, read, signal }) }
  } catch (error) {
    return troubleOf(error)
  }
}

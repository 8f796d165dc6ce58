import { onScopeDispose, shallowRef, watch } from 'vue'
import { useAnnouncer } from '../feedback/use-announcer.ts'
import { useFocusFallback } from '../feedback/use-focus-fallback.ts'
import { useSession } from '../stores/session.ts'
import { signedOutReasonOf } from '../stores/signed-out-reason.ts'
import { resultTexts } from '../texts/result.ts'
import { troubleOf, type Trouble } from '../trouble.ts'
import { addReturnTo } from './add-return-to.ts'
import { leaveTo, mayLeaveToSignIn } from './leave.ts'

export type RequestState<Body> =
  | { kind: 'loading'; previous: Body | undefined }
  | { kind: 'ready'; answer: Body }
  | Trouble
  /** The page goes to the sign-in by itself. */
  | { kind: 'leaving' }

export interface RequestTarget<Body> {
  /** Names the request. When the name changes, the next request is sent. */
  name: string
  /** Where to come back to after a new sign-in. */
  returnTo: string
  send: (signal: AbortSignal) => Promise<Body>
}

/**
 * Sends a request that needs a session each time that its name changes. The last request wins. When there
 * is no answer, a screen reader is told why.
 */
export function useRequest<Body>(target: () => RequestTarget<Body> | undefined) {
  const session = useSession()
  const { announce } = useAnnouncer()
  const state = shallowRef<RequestState<Body>>({ kind: 'loading', previous: undefined })
  let latest: AbortController | undefined

  async function run(meanwhile: RequestState<Body>) {
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

  async function handle(
    trouble: Extract<Trouble, { kind: 'problem' }>,
    { returnTo }: RequestTarget<Body>,
  ) {
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
    () => target()?.name,
    () => void run({ kind: 'loading', previous: undefined }),
    { immediate: true },
  )
  onScopeDispose(() => {
    latest?.abort()
    latest = undefined
  })

  useFocusFallback(state)
  watch(state, (now) => {
    if (now.kind === 'problem') announce(now.problem.title, 'assertive')
    else if (now.kind === 'leaving') announce(resultTexts.leaving)
  })

  /** Repeats the request. Meanwhile the page shows the old answer, or that the server gave none. */
  function refresh() {
    const { value } = state
    if (value.kind === 'unreachable') return run(value)
    return run({ kind: 'loading', previous: value.kind === 'ready' ? value.answer : undefined })
  }
  return { state, refresh }
}

async function attempt<Body>(
  { send }: RequestTarget<Body>,
  signal: AbortSignal,
): Promise<RequestState<Body>> {
  try {
    return { kind: 'ready', answer: await send(signal) }
  } catch (error) {
    return troubleOf(error)
  }
}

import type { OwnSession, Problem } from '@entra-bff/shared'
import { ref, shallowRef } from 'vue'
import { ProblemError } from '../api-errors.ts'
import { endOtherSessions, endOwnSession, fetchOwnSessions } from '../api.ts'
import { lossOf } from '../stores/signed-out-reason.ts'
import { useSession } from '../stores/session.ts'

export type OwnSessionsState =
  | { kind: 'loading' }
  | { kind: 'ready'; list: readonly OwnSession[] }
  | { kind: 'problem'; problem: Problem; retryAfter: number | undefined }
  | { kind: 'unreachable' }

/** The person's own sessions, and the ways to end the others. */
export function useOwnSessions() {
  const session = useSession()
  const state = shallowRef<OwnSessionsState>({ kind: 'loading' })
  const isBusy = ref(false)

  async function load() {
    try {
      state.value = { kind: 'ready', list: inOrder(await fetchOwnSessions()) }
    } catch (error) {
      if (await isLoss(error)) return
      state.value =
        error instanceof ProblemError
          ? { kind: 'problem', problem: error.problem, retryAfter: error.retryAfter }
          : { kind: 'unreachable' }
    }
  }

  const endOne = (id: string) =>
    end(
      () => endOwnSession(id),
      (other) => other.id !== id,
    )
  const endOthers = () => end(endOtherSessions, (other) => other.current)

  /** @returns whether those that are not to stay are gone; nothing where it is not for us to say */
  async function end(ask: () => Promise<void>, stays: (session: OwnSession) => boolean) {
    if (isBusy.value || state.value.kind !== 'ready') return undefined
    isBusy.value = true
    try {
      await ask()
    } catch (error) {
      if (await isLoss(error)) return undefined
      // What is unknown has ended already.
      if (!isUnknown(error)) return false
    } finally {
      isBusy.value = false
    }
    state.value = { kind: 'ready', list: state.value.list.filter(stays) }
    return true
  }

  /** The router's guard moves on to the login view if our own session is really over. */
  async function isLoss(error: unknown) {
    const loss = error instanceof ProblemError && lossOf(error.problem)
    if (loss) await session.reportSignedOut(loss)
    return Boolean(loss)
  }

  void load()
  return { state, isBusy, load, endOne, endOthers }
}

/** The one that asks, then the others, the last used first. */
function inOrder(sessions: readonly OwnSession[]) {
  return sessions.toSorted(
    (one, other) =>
      Number(other.current) - Number(one.current) ||
      Date.parse(other.lastSeenAt) - Date.parse(one.lastSeenAt),
  )
}

function isUnknown(error: unknown) {
  return error instanceof ProblemError && error.problem.status === 404
}

import type { OwnSession } from '@entra-bff/shared'
import { ref, shallowRef } from 'vue'
import { api } from '../api.ts'
import { useSession } from '../stores/session.ts'
import { signedOutReasonOf } from '../stores/signed-out-reason.ts'
import { isNotFound, troubleOf, type Trouble } from '../trouble.ts'

export type OwnSessionsState =
  { kind: 'loading' } | { kind: 'ready'; list: readonly OwnSession[] } | Trouble

/** The sessions of the signed-in person, and functions that end the others. */
export function useOwnSessions() {
  const session = useSession()
  const state = shallowRef<OwnSessionsState>({ kind: 'loading' })
  const isBusy = ref(false)

  async function load() {
    try {
      state.value = { kind: 'ready', list: inOrder(await api.ownSessions()) }
    } catch (error) {
      const trouble = troubleOf(error)
      if (!(await isSignedOut(trouble))) state.value = trouble
    }
  }

  const endOne = (id: string) =>
    end(
      () => api.endOwnSession(id),
      (other) => other.id !== id,
    )
  const endOthers = () => end(api.endOtherSessions, (other) => other.current)

  /**
   * @param request asks the server to end sessions
   * @param stays tells which sessions are left in the list afterwards
   * @returns whether these sessions have ended; undefined if nothing was asked, or
   * this page's own session is over
   */
  async function end(request: () => Promise<void>, stays: (session: OwnSession) => boolean) {
    if (isBusy.value || state.value.kind !== 'ready') return undefined
    isBusy.value = true
    try {
      await request()
    } catch (error) {
      if (await isSignedOut(troubleOf(error))) return undefined
      // An answer 404 means that the session has ended already.
      if (!isNotFound(error)) return false
    } finally {
      isBusy.value = false
    }
    state.value = { kind: 'ready', list: state.value.list.filter(stays) }
    return true
  }

  /** If the session of this page is really over, the router's guard goes to the login view. */
  async function isSignedOut(trouble: Trouble) {
    const reason = signedOutReasonOf(trouble)
    if (reason) await session.reportSignedOut(reason)
    return reason !== undefined
  }

  void load()
  return { state, isBusy, load, endOne, endOthers }
}

/** The session of this page first, then the others, the last used first. */
function inOrder(sessions: readonly OwnSession[]) {
  return sessions.toSorted(
    (one, other) =>
      Number(other.current) - Number(one.current) ||
      Date.parse(other.lastSeenAt) - Date.parse(one.lastSeenAt),
  )
}

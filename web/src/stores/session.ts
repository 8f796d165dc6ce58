import type { SessionView, SignedIn, SignedOut, SignedOutReason } from '@entra-bff/shared'
import { ProblemError } from '@entra-bff/shared/client'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { api } from '../api.ts'

export type SessionState =
  | { kind: 'unknown' }
  | ({ kind: 'signedOut' } & SignedOut)
  | ({ kind: 'signedIn' } & SignedIn)
  | { kind: 'unconfigured' }
  | { kind: 'unavailable' }

/** Whether a person is signed in, and who, as the server last said. The router decides which view follows. */
export const useSession = defineStore('session', () => {
  const state = shallowRef<SessionState>({ kind: 'unknown' })
  /** `lost`: the server does not answer, and `state` is its last answer. */
  const connection = ref<'up' | 'lost'>('up')
  let pending: Promise<void> | undefined

  /** Asks the server for the session. Simultaneous calls share one request. Never throws. */
  function load() {
    pending ??= ask().finally(() => (pending = undefined))
    return pending
  }

  async function ask() {
    try {
      accept(await api.session())
    } catch (error) {
      if (isUnconfigured(error)) state.value = { kind: 'unconfigured' }
      else if (isKnown(state.value)) connection.value = 'lost'
      else state.value = { kind: 'unavailable' }
    }
  }

  function accept(view: SessionView) {
    state.value = stateOf(view)
    connection.value = 'up'
  }

  /**
   * Asks the server, after a refused call or an event said that there is no session. Keeps `reason`
   * if the server gives no reason.
   */
  async function reportSignedOut(reason: SignedOutReason) {
    await load()
    const now = state.value
    if (now.kind === 'signedOut' && now.reason === 'none') state.value = { ...now, reason }
  }

  /**
   * Ends the session. Afterwards neither the page nor the browser's page cache shows the person.
   * @returns the address that signs out of Microsoft too
   */
  async function end() {
    const logoutUrl = await api.signOut()
    state.value = { kind: 'unknown' }
    return logoutUrl
  }

  const user = computed(() => (state.value.kind === 'signedIn' ? state.value.user : undefined))
  const app = computed(() => ('app' in state.value ? state.value.app : undefined))
  const isReachable = computed(
    () => connection.value === 'up' && state.value.kind !== 'unavailable',
  )
  return { state, connection, isReachable, user, app, load, accept, reportSignedOut, end }
})

function stateOf(view: SessionView): SessionState {
  return view.authenticated ? { kind: 'signedIn', ...view } : { kind: 'signedOut', ...view }
}

function isKnown({ kind }: SessionState) {
  return kind === 'signedIn' || kind === 'signedOut'
}

function isUnconfigured(error: unknown) {
  return error instanceof ProblemError && error.code === 'config_missing'
}

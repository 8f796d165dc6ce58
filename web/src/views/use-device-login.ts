import type { DeviceLogin, SignInError } from '@entra-bff/shared'
import { onScopeDispose, shallowRef } from 'vue'
import { api } from '../api.ts'
import {
  clearDeviceLoginMark,
  hasDeviceLoginMark,
  markDeviceLogin,
} from '../navigation/device-mark.ts'
import { useSession } from '../stores/session.ts'
import { troubleOf, type Trouble } from '../trouble.ts'
import {
  finish,
  outcomeOf,
  type DeviceEnding,
  type DeviceOutcome,
  type DeviceUser,
} from './device-outcome.ts'

export type DeviceState =
  | { kind: 'idle' }
  | { kind: 'requesting' }
  | { kind: 'waiting'; login: DeviceLogin }
  /** The person is asked whether the account is theirs: another person may have typed the code. */
  | { kind: 'ready'; login: DeviceLogin; user: DeviceUser | undefined; isFinishing: boolean }
  | { kind: 'signedIn' }
  | { kind: 'over'; status: DeviceEnding; report: SignInError | undefined }
  | { kind: 'disabled' }
  | Trouble

/** A sign-in on another device, from the request for a code to the session. */
export function useDeviceLogin() {
  const session = useSession()
  const state = shallowRef<DeviceState>({ kind: 'idle' })
  const leaving = new AbortController()
  const { signal } = leaving

  async function start() {
    if (state.value.kind === 'requesting') return
    state.value = { kind: 'requesting' }
    const next = await request()
    if (next.kind === 'disabled') clearDeviceLoginMark()
    if (next.kind === 'waiting') markDeviceLogin()
    if (signal.aborted) return
    state.value = next
    if (next.kind === 'waiting') await settle(next.login, await outcomeOf(next.login, signal))
  }

  /** The person says that the account is theirs. */
  async function confirm() {
    if (state.value.kind !== 'ready' || state.value.isFinishing) return
    const { login } = state.value
    state.value = { ...state.value, isFinishing: true }
    await settle(login, await finish(login, signal))
  }

  /** The person says that the account is not theirs: this sign-in ends, and a new one begins. */
  async function reject() {
    if (state.value.kind !== 'ready' || state.value.isFinishing) return
    const { login } = state.value
    state.value = { ...state.value, isFinishing: true }
    await api.cancelDeviceLogin(login.id).catch(() => undefined)
    await start()
  }

  async function settle(login: DeviceLogin, outcome: DeviceOutcome | undefined) {
    if (!outcome) return
    if (outcome.status === 'ready') {
      state.value = { kind: 'ready', login, user: outcome.user, isFinishing: false }
      return
    }
    clearDeviceLoginMark()
    if (outcome.status === 'signedIn') {
      state.value = { kind: 'signedIn' }
      // The router's guard leaves this view now.
      session.accept(outcome.view)
    } else state.value = await endingOf(outcome)
  }

  async function endingOf(outcome: Exclude<DeviceOutcome, { status: 'ready' | 'signedIn' }>) {
    if (outcome.status !== 'unknown') return overOf(outcome.status, outcome.errorRef)
    // Another tab may have finished the sign-in, or the answer to this tab was lost.
    await session.load()
    const isSignedIn = session.state.kind === 'signedIn'
    return isSignedIn ? ({ kind: 'signedIn' } as const) : overOf('expired')
  }

  function cancel() {
    if (state.value.kind !== 'waiting') return
    leaving.abort()
    clearDeviceLoginMark()
    // If canceling fails, nothing is lost: an unused code expires by itself.
    api.cancelDeviceLogin(state.value.login.id).catch(() => undefined)
  }

  if (hasDeviceLoginMark()) void start()
  onScopeDispose(() => {
    leaving.abort()
  })
  return { state, start, confirm, reject, cancel }
}

async function request(): Promise<DeviceState> {
  try {
    const login = await api.startDeviceLogin()
    // The countdown goes by this device's clock, which may differ from the server's.
    const expiresAt = new Date(Date.now() + login.expiresIn * 1_000).toISOString()
    return { kind: 'waiting', login: { ...login, expiresAt } }
  } catch (error) {
    const trouble = troubleOf(error)
    const isDisabled = trouble.kind === 'problem' && trouble.problem.code === 'method_disabled'
    return isDisabled ? { kind: 'disabled' } : trouble
  }
}

async function overOf(status: DeviceEnding, errorRef?: string): Promise<DeviceState> {
  const report = errorRef && (await api.signInError(errorRef).catch(() => undefined))
  return { kind: 'over', status, report: report || undefined }
}

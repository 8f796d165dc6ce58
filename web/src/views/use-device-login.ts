import type { DeviceLogin, Problem, SignInError } from '@entra-bff/shared'
import { onScopeDispose, shallowRef } from 'vue'
import { ProblemError } from '../api-errors.ts'
import { cancelDeviceLogin, fetchSignInError, startDeviceLogin } from '../api.ts'
import {
  clearDeviceLoginMark,
  hasDeviceLoginMark,
  markDeviceLogin,
} from '../navigation/device-mark.ts'
import { useSession } from '../stores/session.ts'
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
  /** The person says whether the account is theirs: somebody else may have typed the code. */
  | { kind: 'ready'; login: DeviceLogin; user: DeviceUser | undefined; isFinishing: boolean }
  | { kind: 'signedIn' }
  | { kind: 'over'; status: DeviceEnding; report: SignInError | undefined }
  | { kind: 'disabled' }
  | { kind: 'problem'; problem: Problem; retryAfter: number | undefined }
  | { kind: 'unreachable' }

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

  /** The account is theirs. */
  async function confirm() {
    if (state.value.kind !== 'ready' || state.value.isFinishing) return
    const { login } = state.value
    state.value = { ...state.value, isFinishing: true }
    await settle(login, await finish(login, signal))
  }

  /** The account is somebody else's: that sign-in ends, and another code is asked for. */
  async function reject() {
    if (state.value.kind !== 'ready' || state.value.isFinishing) return
    const { login } = state.value
    state.value = { ...state.value, isFinishing: true }
    await cancelDeviceLogin(login.id).catch(() => undefined)
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
      // The router's guard moves on from here.
      session.accept(outcome.view)
    } else state.value = await endingOf(outcome)
  }

  async function endingOf(outcome: Exclude<DeviceOutcome, { status: 'ready' | 'signedIn' }>) {
    if (outcome.status !== 'unknown') return overOf(outcome.status, outcome.errorRef)
    // Another tab may have finished it, or the answer to this one's finish was lost.
    await session.load()
    const isSignedIn = session.state.kind === 'signedIn'
    return isSignedIn ? ({ kind: 'signedIn' } as const) : overOf('expired')
  }

  function cancel() {
    if (state.value.kind !== 'waiting') return
    leaving.abort()
    clearDeviceLoginMark()
    // Nobody waits for it: a code that is left alone ends by itself.
    cancelDeviceLogin(state.value.login.id).catch(() => undefined)
  }

  if (hasDeviceLoginMark()) void start()
  onScopeDispose(() => {
    leaving.abort()
  })
  return { state, start, confirm, reject, cancel }
}

async function request(): Promise<DeviceState> {
  try {
    const login = await startDeviceLogin()
    // By this page's clock, which need not be the server's.
    const expiresAt = new Date(Date.now() + login.expiresIn * 1_000).toISOString()
    return { kind: 'waiting', login: { ...login, expiresAt } }
  } catch (error) {
    if (!(error instanceof ProblemError)) return { kind: 'unreachable' }
    const { problem, retryAfter } = error
    return problem.code === 'method_disabled'
      ? { kind: 'disabled' }
      : { kind: 'problem', problem, retryAfter }
  }
}

async function overOf(status: DeviceEnding, errorRef?: string): Promise<DeviceState> {
  const report = errorRef && (await fetchSignInError(errorRef).catch(() => undefined))
  return { kind: 'over', status, report: report || undefined }
}

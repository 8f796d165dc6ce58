import type { DeviceLogin, DeviceLoginState, SessionView } from '@entra-bff/shared'
import { api } from '../api.ts'
import { pause } from '../browser/pause.ts'
import { isNotFound, troubleOf } from '../trouble.ts'

export type DeviceUser = NonNullable<DeviceLoginState['user']>
export type DeviceEnding = Exclude<DeviceLoginState['status'], 'pending' | 'ready'>
export type DeviceOutcome =
  /** A person has signed in on the other device. The server may omit `user`. */
  | { status: 'ready'; user?: DeviceUser }
  | { status: 'signedIn'; view: SessionView }
  | { status: DeviceEnding; errorRef?: string }
  /** The server does not know the login, or gave no answer until the code had expired. */
  | { status: 'unknown' }
interface Pending {
  status: 'pending'
  interval?: number
}

/**
 * Polls at the server's pace until there is an outcome (RFC 8628, section 3.5).
 * @returns undefined once `signal` is aborted
 */
export async function outcomeOf(login: DeviceLogin, signal: AbortSignal) {
  await pauseSeconds(login.interval)
  return repeat(login, signal, () => api.pollDeviceLogin(login.id, { signal }))
}

/** Turns a device login that is ready into a session. */
export function finish(login: DeviceLogin, signal: AbortSignal) {
  return repeat(login, signal, async () => {
    return { status: 'signedIn', view: await api.finishDeviceLogin(login.id) }
  })
}

async function repeat(
  login: DeviceLogin,
  signal: AbortSignal,
  request: () => Promise<DeviceOutcome | Pending>,
): Promise<DeviceOutcome | undefined> {
  let intervalSeconds = login.interval
  while (!signal.aborted) {
    let waitSeconds: number | undefined
    try {
      const answer = await request()
      if (answer.status !== 'pending') return answer
      if (answer.interval !== undefined) intervalSeconds = answer.interval
    } catch (error) {
      if (isNotFound(error) || hasExpired(login)) return { status: 'unknown' }
      const trouble = troubleOf(error)
      if (trouble.kind === 'problem') waitSeconds = trouble.retryAfterSeconds
    }
    await pauseSeconds(waitSeconds ?? intervalSeconds)
  }
  return undefined
}

function hasExpired({ expiresAt }: DeviceLogin) {
  return Date.now() > Date.parse(expiresAt)
}

function pauseSeconds(seconds: number) {
  return pause(Math.max(seconds, 1) * 1_000)
}

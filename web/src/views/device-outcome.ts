import type { DeviceLogin, DeviceLoginState, SessionView } from '@entra-bff/shared'
import { ProblemError } from '../api-errors.ts'
import { fetchDeviceLogin, finishDeviceLogin } from '../api.ts'

export type DeviceUser = NonNullable<DeviceLoginState['user']>
export type DeviceEnding = Exclude<DeviceLoginState['status'], 'pending' | 'ready'>
export type DeviceOutcome =
  /** The other device has signed in: whose account it is, if the server tells. */
  | { status: 'ready'; user?: DeviceUser }
  | { status: 'signedIn'; view: SessionView }
  | { status: DeviceEnding; errorRef?: string }
  /** The server does not know it, or nobody could be asked until it was over. */
  | { status: 'unknown' }
interface Pending {
  status: 'pending'
  interval?: number
}

/** Asks at the server's pace until there is an outcome; nothing once nobody waits for it. */
export async function outcomeOf(login: DeviceLogin, signal: AbortSignal) {
  await pause(login.interval)
  return repeat(login, signal, () => fetchDeviceLogin(login.id, signal))
}

/** Makes a session of a login that is ready. */
export function finish(login: DeviceLogin, signal: AbortSignal) {
  return repeat(login, signal, async () => {
    return { status: 'signedIn', view: await finishDeviceLogin(login.id) }
  })
}

async function repeat(
  login: DeviceLogin,
  signal: AbortSignal,
  ask: () => Promise<DeviceOutcome | Pending>,
): Promise<DeviceOutcome | undefined> {
  let { interval } = login
  while (!signal.aborted) {
    let wait: number | undefined
    try {
      const answer = await ask()
      if (answer.status !== 'pending') return answer
      if (answer.interval !== undefined) interval = answer.interval
    } catch (error) {
      if (isUnknown(error) || isOver(login)) return { status: 'unknown' }
      wait = retryAfterOf(error)
    }
    await pause(wait ?? interval)
  }
  return undefined
}

function isUnknown(error: unknown) {
  return error instanceof ProblemError && error.problem.status === 404
}

function isOver({ expiresAt }: DeviceLogin) {
  return Date.now() > Date.parse(expiresAt)
}

function retryAfterOf(error: unknown) {
  return error instanceof ProblemError ? error.retryAfter : undefined
}

function pause(seconds: number) {
  return new Promise((resolve) => setTimeout(resolve, Math.max(seconds, 1) * 1000))
}

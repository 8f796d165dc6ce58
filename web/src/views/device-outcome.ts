import type { DeviceLogin, DeviceLoginState, SessionView } from '@entra-bff/shared'
import { ProblemError } from '../api-errors.ts'
import { fetchDeviceLogin, finishDeviceLogin } from '../api.ts'

export type DeviceEnding = Exclude<DeviceLoginState['status'], 'pending' | 'ready'>
export type DeviceOutcome =
  | { status: 'signedIn'; view: SessionView }
  | { status: DeviceEnding; errorRef?: string }
  /** The server does not know it, or nobody could be asked until it was over. */
  | { status: 'unknown' }

/** Asks at the server's pace until there is an outcome; nothing once nobody waits for it. */
export async function outcomeOf(
  login: DeviceLogin,
  signal: AbortSignal,
): Promise<DeviceOutcome | undefined> {
  let { interval } = login
  let wait = interval
  for (;;) {
    await pause(wait)
    if (signal.aborted) return undefined
    try {
      const { status, ...rest } = await fetchDeviceLogin(login.id, signal)
      if (status === 'ready') return { status: 'signedIn', view: await finishDeviceLogin(login.id) }
      if (status !== 'pending') return { status, ...rest }
      wait = interval = rest.interval ?? interval
    } catch (error) {
      if (isUnknown(error) || isOver(login)) return { status: 'unknown' }
      wait = retryAfterOf(error) ?? interval
    }
  }
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

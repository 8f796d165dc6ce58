import type { DeviceCodeClient } from '../../entra/device-code.ts'
import { type DeviceLoginRecord, failedBy, isUnavailable } from './device-login-record.ts'

/** How long a login that is ready can be finished. */
const readyForMs = 5 * 60_000
/** RFC 8628 section 3.5: `slow_down` adds this to the interval. */
const slowDownSeconds = 5
const maxIntervalSeconds = 60

/** Polls Entra once. @returns the login as it is after the answer */
export async function pollEntra(
  device: DeviceCodeClient,
  record: DeviceLoginRecord,
): Promise<DeviceLoginRecord> {
  try {
    const answer = await device.poll(record.deviceCode, record.client)
    const polled = { ...record, client: answer.client }
    if (answer.kind === 'pending') return paced(polled, record.interval)
    if (answer.kind === 'slow_down') return paced(polled, record.interval + slowDownSeconds)
    const { claims, refreshToken } = answer
    const expiresAt = Math.min(record.expiresAt, Date.now() + readyForMs)
    return { ...polled, expiresAt, outcome: { kind: 'ready', claims, refreshToken } }
  } catch (error) {
    if (!isUnavailable(error)) return { ...record, outcome: failedBy(error) }
    const slower = Math.min(record.interval * 2, maxIntervalSeconds)
    return paced(record, Math.max(record.interval, slower), error.retryAfterSeconds)
  }
}

/** @param retryAfterSeconds the pause that Entra asks for; only the next poll waits so long */
function paced(
  record: DeviceLoginRecord,
  interval: number,
  retryAfterSeconds = 0,
): DeviceLoginRecord {
  const nextPollAt = Date.now() + Math.max(interval, retryAfterSeconds) * 1_000
  return { ...record, interval, nextPollAt }
}

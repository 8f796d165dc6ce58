import { setTimeout as after } from 'node:timers/promises'
import { request } from 'undici'
import type { Child } from '../world/child.ts'

const pollEveryMs = 2
const timeoutMs = 120_000

/**
 * Waits until the address answers 200.
 * @returns milliseconds from the start of the process
 * @throws when the process ends, or after two minutes
 */
export async function firstAnswer(child: Child, url: string): Promise<number> {
  const end = performance.now() + timeoutMs
  while ((await statusOf(url).catch(() => 0)) !== 200) {
    if (child.hasEnded) throw new Error(`the server has ended: ${child.stderrTail}`)
    if (performance.now() > end) throw new Error(`${url} does not answer`)
    await after(pollEveryMs)
  }
  return performance.now() - child.startedAt
}

async function statusOf(url: string): Promise<number> {
  const { statusCode, body } = await request(url, { reset: true })
  await body.dump()
  return statusCode
}

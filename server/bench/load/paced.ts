import { setTimeout as after } from 'node:timers/promises'
import { Connection } from './connection.ts'
import { requestText, type Target } from './target.ts'

const connections = 64
const tickMs = 1
/** Answers that are still on their way at the end get this long. */
const graceMs = 1_000

/** Milliseconds from the time at which a request was due to the end of its answer. */
export interface Latency {
  p50: number
  p99: number
}

/**
 * Sends requests at a constant rate, whether earlier ones are answered or not. A request that finds
 * no free connection waits, and its wait counts: a slow answer cannot hide those behind it.
 * @throws when an answer has another status, or when the load falls behind its own rate
 */
export async function pacedLoad(
  target: Target,
  requestsPerSecond: number,
  seconds: number,
): Promise<Latency> {
  const { origin, path, cookies, status } = target
  const { port } = new URL(origin)
  const latencies: number[] = []
  const waiting: number[] = []
  const dueOf = new Map<Connection, number>()
  let wrong: number | undefined

  const send = (connection: Connection, due: number) => {
    dueOf.set(connection, due)
    connection.send()
  }
  const onAnswer = (connection: Connection, answered: number) => {
    if (answered !== status) wrong = answered
    latencies.push(performance.now() - (dueOf.get(connection) ?? 0))
    const next = waiting.shift()
    if (next === undefined) free.push(connection)
    else send(connection, next)
  }
  const all = Array.from({ length: connections }, (_, index) => {
    const request = requestText(target, cookies[index % cookies.length])
    return new Connection(Number(port), request, onAnswer)
  })
  const free = [...all]

  const total = Math.round(requestsPerSecond * seconds)
  const start = performance.now()
  for (let sent = 0; sent < total;) {
    await after(tickMs)
    const now = performance.now()
    for (
      const due = Math.min(total, ((now - start) / 1_000) * requestsPerSecond);
      sent < due;
      sent += 1
    ) {
      const connection = free.pop()
      if (connection) send(connection, now)
      else waiting.push(now)
    }
  }
  const tookMs = performance.now() - start
  for (const end = performance.now() + graceMs; latencies.length < total;) {
    if (performance.now() > end) break
    await after(tickMs)
  }
  for (const connection of all) connection.close()
  if (wrong !== undefined) throw new Error(`${origin}${path}: an answer ${String(wrong)}`)
  if (tookMs > seconds * 1_050) throw new Error('the load has fallen behind its own rate')
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) }
}

function percentile(values: number[], share: number): number {
  const sorted = values.sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN
}

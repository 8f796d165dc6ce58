import { setTimeout as after } from 'node:timers/promises'
import { Connection } from './connection.ts'
import { requestText, type Target } from './target.ts'

const connections = 64
const tickMs = 1
/** Answers that are still on their way at the end get this long. */
const graceMs = 5_000

/** Milliseconds from the tick that sent or queued the request to the end of its answer. */
export interface Latency {
  p50: number
  p99: number
}

/**
 * Sends requests at a constant rate, whether earlier ones are answered or not. A request that finds
 * no free connection is queued, and its wait counts: a slow answer cannot hide those behind it.
 * @throws when an answer has another status or does not come, or when the load falls behind its own rate
 */
export async function pacedLoad(
  target: Target,
  requestsPerSecond: number,
  seconds: number,
): Promise<Latency> {
  const { origin, path, cookies, status } = target
  const { port } = new URL(origin)
  const latencies: number[] = []
  /** Ticks of requests that wait for a connection. */
  const queue: number[] = []
  const tickOf = new Map<Connection, number>()
  let wrongStatus: number | undefined

  const send = (connection: Connection, tick: number) => {
    tickOf.set(connection, tick)
    connection.send()
  }
  const onAnswer = (connection: Connection, answered: number) => {
    if (answered !== status) wrongStatus = answered
    latencies.push(performance.now() - (tickOf.get(connection) ?? 0))
    const next = queue.shift()
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
  let sent = 0
  while (sent < total) {
    await after(tickMs)
    const tick = performance.now()
    const due = Math.min(total, ((tick - start) / 1_000) * requestsPerSecond)
    for (; sent < due; sent += 1) {
      const connection = free.pop()
      if (connection) send(connection, tick)
      else queue.push(tick)
    }
  }
  const end = performance.now()
  while (latencies.length < total && performance.now() < end + graceMs) await after(tickMs)
  for (const connection of all) connection.close()
  const unanswered = total - latencies.length
  if (wrongStatus !== undefined)
    throw new Error(`${origin}${path}: an answer ${String(wrongStatus)}`)
  if (unanswered > 0) throw new Error(`${origin}${path}: ${String(unanswered)} requests unanswered`)
  if (end - start > seconds * 1_050) throw new Error('the load has fallen behind its own rate')
  return { p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) }
}

function percentile(values: number[], share: number): number {
  const sorted = values.sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length * share)] ?? Number.NaN
}

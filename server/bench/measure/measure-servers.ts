import { say } from '../../../scripts/support/say.ts'
import { sessionsUnderLoad } from '../load/target.ts'
import type { BenchServer } from '../servers/bench-server.ts'
import { servers } from '../servers/index.ts'
import type { Bench } from './bench.ts'
import {
  latencyStep,
  loadStep,
  Measurement,
  signInStep,
  startStep,
  type Step,
} from './measure-server.ts'
import { type RunningServer, startServer } from './running-server.ts'

/** One line of the tables. */
export interface Result {
  server: BenchServer
  measurement: Measurement
  /** Why the server was left out in the midst of the run. */
  failure?: string
}

/**
 * Starts all servers, and lets them take turns, round after round: what slows the machine down for a while
 * then slows all of them. Those that wait cost nothing. A server that fails once is left out from then on.
 */
export async function measureServers(bench: Bench): Promise<Result[]> {
  const { quick, rounds, shareRounds, measures } = bench.options
  const results: Result[] = servers
    .filter((server) => server.quick === true || !quick)
    .map((server) => ({ server, measurement: new Measurement() }))
  const running = new Map<Result, RunningServer>()
  const attempt = async (result: Result, work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      result.failure = error instanceof Error ? error.message : String(error)
      say(`${result.server.name} has failed: ${result.failure}`)
      await running.get(result)?.child.end()
      running.delete(result)
    }
  }
  const measure = async (what: string, count: number, step: Step) => {
    for (let round = 1; round <= count; round += 1) {
      say(`${what}: round ${String(round)} of ${String(count)} …`)
      for (const [result, server] of running) {
        await attempt(result, () => step(server, result.measurement, bench))
      }
    }
  }
  try {
    for (const result of results) {
      if (result.server.missing !== undefined) continue
      await attempt(result, async () => {
        running.set(result, await startServer(result.server, bench, sessionsUnderLoad))
      })
    }
    if (measures('read', 'latency')) await measure('Session read', shareRounds, loadStep('read'))
    if (measures('me', 'latency')) await measure('/api/me', shareRounds, loadStep('me'))
    if (measures('latency')) {
      await measure('Latency of the session read', rounds, latencyStep('read'))
      await measure('Latency of /api/me', rounds, latencyStep('me'))
    }
    if (measures('refusal')) await measure('Refusal', rounds, loadStep('refusal'))
    if (measures('asset')) await measure('Asset', rounds, loadStep('asset'))
    if (measures('sign-in')) await measure('Sign-in', rounds, signInStep)
    if (measures('start')) await measure('Start', rounds, startStep)
  } finally {
    for (const { child } of running.values()) await child.end()
  }
  return results
}

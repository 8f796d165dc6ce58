import { say } from '../../../scripts/support/say.ts'
import { servers } from '../servers/index.ts'
import type { BenchServer } from '../servers/bench-server.ts'
import type { Measurements } from '../speed.ts'
import { type Bench, type Measurement, measureServer } from './measure-server.ts'

/**
 * Measures all servers in turn, round after round: what slows the machine down for a while then slows
 * all of them. A server that fails once is left out from then on.
 */
export async function measureServers(bench: Bench): Promise<Measurements> {
  const { quick, rounds } = bench.options
  const measurements = new Map<BenchServer, Measurement[] | string>()
  for (const server of servers)
    if (server.quick || !quick) measurements.set(server, server.missing ?? [])
  for (let round = 1; round <= rounds; round += 1) {
    for (const [server, own] of measurements) {
      if (typeof own === 'string') continue
      say(`Round ${String(round)} of ${String(rounds)}: ${server.name} …`)
      try {
        own.push(await measureServer(server, bench))
      } catch (error) {
        measurements.set(server, error instanceof Error ? error.message : String(error))
      }
    }
  }
  return measurements
}

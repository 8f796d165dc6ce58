import { say } from '../../../scripts/support/say.ts'
import { rows } from '../servers/index.ts'
import type { Row } from '../servers/row.ts'
import type { Visits } from '../speed.ts'
import { type Bench, type Visit, visit } from './visit.ts'

/**
 * Measures all servers in turn, round after round: what slows the machine down for a while then slows
 * all of them. A server that fails once is left out from then on.
 */
export async function visitAll(bench: Bench): Promise<Visits> {
  const { quick, rounds } = bench.form
  const visits = new Map<Row, Visit[] | string>()
  for (const row of rows) if (row.quick || !quick) visits.set(row, row.missing ?? [])
  for (let round = 1; round <= rounds; round += 1) {
    for (const [row, own] of visits) {
      if (typeof own === 'string') continue
      say(`Round ${String(round)} of ${String(rounds)}: ${row.name} …`)
      try {
        own.push(await visit(row, bench))
      } catch (error) {
        visits.set(row, error instanceof Error ? error.message : String(error))
      }
    }
  }
  return visits
}

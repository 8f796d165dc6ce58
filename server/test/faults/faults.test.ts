import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { complaintsOf } from '../../faults/scenario.ts'
import { scenarios } from '../../faults/scenarios/index.ts'

/** The short form of `pnpm faults`. */
const scale = { faultMs: 300, rounds: 1, streams: 120, soakMs: 0 }
const timeoutMs = 60_000

const hasProgram = (name: string) => spawnSync(name, ['--version']).error === undefined

describe('nobody loses a session, and nobody gets the answer of somebody else, when', () => {
  for (const scenario of scenarios) {
    const { name, needs, isLong } = scenario
    // `pnpm faults` runs what takes minutes, and says what is missing.
    const isSkipped = isLong === true || (needs !== undefined && !hasProgram(needs))
    test.skipIf(isSkipped)(name, { timeout: timeoutMs }, async () => {
      expect(complaintsOf(await scenario.run(scale))).toEqual([])
    })
  }
})

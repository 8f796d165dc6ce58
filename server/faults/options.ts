import { parseArgs } from 'node:util'
import type { Scale } from './scenario.ts'

export const help = `pnpm faults: breaks one thing after another under load, and counts what is lost

  pnpm faults [words]     only the scenarios whose name contains one of the words
  --soak <minutes>        how long the long run takes; 20 when absent
  --streams <count>       pages that listen for events; 10000 when absent
  --help                  this text`

export interface FaultOptions {
  words: readonly string[]
  scale: Scale
}

/** @returns undefined when the help is wanted. @throws {Error} for a wrong argument */
export function readOptions(args: string[]): FaultOptions | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      soak: { type: 'string', default: '20' },
      streams: { type: 'string', default: '10000' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) return undefined
  const soakMinutes = positiveNumber('--soak', values.soak)
  const streams = positiveNumber('--streams', values.streams)
  return {
    words: positionals,
    scale: { faultMs: 3_000, rounds: 5, streams, soakMs: soakMinutes * 60_000 },
  }
}

function positiveNumber(name: string, text: string): number {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`${name} must be a number above 0, not "${text}"`)
  return value
}

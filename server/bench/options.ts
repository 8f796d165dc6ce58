import { parseArgs } from 'node:util'

/** What can be measured alone, by `--only`. */
const parts = [
  'read',
  'me',
  'refusal',
  'asset',
  'latency',
  'sign-in',
  'start',
  'stored',
  'many-sign-ins',
  'processes',
] as const
type Part = (typeof parts)[number]

export const help = `pnpm bench: measures this server beside bare Fastify and its peers, and writes docs/performance.md

  --quick        few servers, few rounds, short loads; writes nothing
  --only <part>  one measurement; writes nothing. Parts: ${parts.join(', ')}
  --help         this text`

/** How much is measured. */
export interface BenchOptions {
  quick: boolean
  /** All parts, not quick: the result goes into the page. */
  isFullRun: boolean
  rounds: number
  /** Of what is compared as a share: more of them, since the machine's noise comes in bursts. */
  shareRounds: number
  warmUpSeconds: number
  loadSeconds: number
  signIns: number
  /** How many sessions are stored while the read is measured. */
  stored: readonly number[]
  /** Sign-ins in one process. */
  manySignIns: number
  /** Whether one of these parts is wanted. */
  measures: (...wanted: Part[]) => boolean
}

/** A quick run leaves these out. */
const slowParts: readonly Part[] = ['many-sign-ins', 'processes']

const fullRun = {
  rounds: 3,
  shareRounds: 5,
  warmUpSeconds: 2,
  loadSeconds: 2,
  signIns: 400,
  stored: [1, 1_000, 10_000, 100_000, 1_000_000],
  manySignIns: 10_000,
}
const quickRun = {
  rounds: 1,
  shareRounds: 3,
  warmUpSeconds: 1,
  loadSeconds: 1,
  signIns: 100,
  stored: [1, 10_000],
  manySignIns: 1_000,
}

/**
 * @returns undefined when the help text is wanted
 * @throws TypeError for an option or a part that does not exist
 */
export function readOptions(args: string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return undefined
  const { quick, only } = values
  const part = parts.find((name) => name === only)
  if (only !== undefined && part === undefined) {
    throw new TypeError(`--only must name one of: ${parts.join(', ')}; not '${only}'`)
  }
  const wantedParts =
    part === undefined ? parts.filter((name) => !quick || !slowParts.includes(name)) : [part]
  return {
    quick,
    isFullRun: !quick && part === undefined,
    ...(quick ? quickRun : fullRun),
    measures: (...wanted) => wanted.some((name) => wantedParts.includes(name)),
  }
}

import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { root } from './support/paths.ts'
import { giveUp, say } from './support/say.ts'

/** Runs the tests with random input for longer than usual, with a new seed each time. */
const usage =
  'Usage: pnpm fuzz [--runs <inputs for each property>] [--seed <number>] [--seconds <of interleaving>]'
const { runs, seed, seconds } = readArguments()
const command = `pnpm fuzz --seed ${String(seed)} --runs ${String(runs)} --seconds ${String(seconds)}`
say(
  `Seed ${String(seed)}: ${String(runs)} inputs for each property, then ${String(seconds)} s of users interleaved.`,
)

const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const tests = ['server/test/fuzz/', 'server/test/isolation/interleaved-users.test.ts']
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--project', 'server', '--no-file-parallelism', ...tests],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      FUZZ_RUNS: String(runs),
      FUZZ_SEED: String(seed),
      INTERLEAVED_SECONDS: String(seconds),
    },
  },
)
if (status !== 0) say(`Something was found. Repeat it with: ${command}`)
process.exitCode = status ?? 1

function readArguments() {
  const { values } = parseOptions()
  const { env } = process
  return {
    runs: wholeNumber('--runs', values.runs ?? env['FUZZ_RUNS'], 20_000),
    seed: wholeNumber('--seed', values.seed ?? env['FUZZ_SEED'], randomInt(2 ** 31)),
    seconds: wholeNumber('--seconds', values.seconds ?? env['INTERLEAVED_SECONDS'], 60),
  }
}

function parseOptions() {
  const option = { type: 'string' } as const
  // pnpm forwards the "--" that npm needs.
  const args = process.argv.slice(2).filter((argument) => argument !== '--')
  try {
    return parseArgs({ args, options: { runs: option, seed: option, seconds: option } })
  } catch (error) {
    return giveUp(`${error instanceof Error ? error.message : ''}\n${usage}`)
  }
}

function wholeNumber(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined || text === '') return fallback
  if (/^\d{1,9}$|^1\d{9}$|^2[01]\d{8}$/.test(text)) return Number(text)
  return giveUp(`${name} is "${text}", but must be a whole number.\n${usage}`)
}

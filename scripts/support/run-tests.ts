import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Citation } from './security-page.ts'
import { readReport, type TestReport, titlePattern } from './test-report.ts'

/** Vitest ends a test that waits for too long, but not a process in an endless loop. */
const runTimeoutMs = 10 * 60_000
/** Long, so that a slow test on a busy machine does not look like a failed test. */
const testTimeoutMs = 60_000
const projects: Readonly<Record<string, string>> = {
  'emulator/test': 'emulator',
  'server/test': 'server',
  'web/test': 'web',
}
const running = new Set<ChildProcess>()

/** Ends all test runs. */
export function stopTests(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** True for a test that needs no browser. */
export function canRun({ file }: Citation): boolean {
  return projectOf(file) !== undefined
}

interface RunOptions {
  workers: number
  /** The first failure ends the run. */
  bail: boolean
  env?: NodeJS.ProcessEnv
}

/**
 * Runs only these tests.
 * @param folder of a checkout
 * @returns the output of Vitest, and its report; no report when the tests could not be run
 */
export async function runTests(
  folder: string,
  tests: Citation[],
  options: RunOptions,
): Promise<{ report: TestReport | undefined; isGreen: boolean; output: string }> {
  const file = join(folder, 'test-report.json')
  rmSync(file, { force: true })
  const child = spawn(process.execPath, argumentsFor(tests, options, file), {
    cwd: folder,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: runTimeoutMs,
    killSignal: 'SIGKILL',
  })
  running.add(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  await once(child, 'close')
  running.delete(child)
  const report = existsSync(file) ? readReport(file) : undefined
  return { report, isGreen: child.exitCode === 0, output }
}

function argumentsFor(tests: Citation[], { workers, bail }: RunOptions, report: string): string[] {
  const files = [...new Set(tests.map(({ file }) => file))]
  const titles = [...new Set(tests.map(({ title }) => titlePattern(title)))]
  return [
    ...['-C', '@entra-bff/source', '--import', 'tsx', 'node_modules/vitest/vitest.mjs', 'run'],
    ...['--reporter=json', `--outputFile=${report}`, `--maxWorkers=${String(workers)}`],
    ...(bail ? ['--bail=1'] : []),
    `--testTimeout=${String(testTimeoutMs)}`,
    ...[...new Set(files.map(projectOf))].map((name) => `--project=${name ?? ''}`),
    ...files,
    // Vitest matches the titles of the groups and the test, joined by spaces.
    `--testNamePattern=(^| )(${titles.join('|')})$`,
  ]
}

function projectOf(file: string): string | undefined {
  return projects[file.split('/').slice(0, 2).join('/')]
}

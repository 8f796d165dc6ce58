import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Citation } from './security-page.ts'
import { readReport, type TestReport, titlePattern } from './test-report.ts'

/** A test that does not end makes Vitest fail in time; a process that spins does not. */
const longestRunMs = 10 * 60_000
/** Generous: a test that is slow on a busy machine must not look like one that fails. */
const testTimeoutMs = 60_000
const projects: Readonly<Record<string, string>> = {
  'emulator/test': 'emulator',
  'server/test': 'server',
  'web/test': 'web',
}
const running = new Set<ChildProcess>()

/** Ends the runs that are under way. */
export function stopTests(): void {
  for (const child of running) child.kill('SIGKILL')
}

/** Those that run without a browser. */
export function canRun({ file }: Citation): boolean {
  return projectOf(file) !== undefined
}

interface RunOptions {
  workers: number
  /** Whether the first failure ends the run. */
  bail: boolean
  env?: NodeJS.ProcessEnv
}

/**
 * Runs these tests alone.
 * @param folder of a checkout
 * @returns no report when they could not be run, and what Vitest printed
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
    timeout: longestRunMs,
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
    // Vitest compares with the titles of the groups and the test, with spaces between them.
    `--testNamePattern=(^| )(${titles.join('|')})$`,
  ]
}

function projectOf(file: string): string | undefined {
  return projects[file.split('/').slice(0, 2).join('/')]
}

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildServer, buildWeb } from './support/build.ts'
import { findBrowser } from './support/find-browser.ts'
import { root } from './support/paths.ts'
import { giveUp, say } from './support/say.ts'

/** Gets what the tests need, says so, and runs them all; arguments go to Vitest. */
const browser = findBrowser()
if (browser === undefined) {
  const advice = 'Install Chrome, Edge or Chromium, or set CHROME_PATH to one.'
  if (process.env['CI'] === 'true') giveUp(`No browser can be had. ${advice}`)
  say(`SKIPPED: the tests in a real browser, for there is none. ${advice}`)
}
buildWeb()
buildServer()

const folder = mkdtempSync(join(tmpdir(), 'entra-bff-test-'))
const report = join(folder, 'report.json')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', ...reporters, ...process.argv.slice(2)],
  { cwd: root, stdio: 'inherit', env: { ...process.env, TEST_BROWSER: browser ?? '' } },
)
if (existsSync(report)) summarize()
rmSync(folder, { recursive: true })
process.exitCode = status ?? 1

function summarize(): void {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
    readFileSync(report, 'utf8'),
  ) as Record<'numPassedTests' | 'numFailedTests' | 'numPendingTests', number>
  const counts = [`${String(numPassedTests)} passed`, `${String(numFailedTests)} failed`]
  if (numPendingTests > 0) counts.push(`${String(numPendingTests)} skipped`)
  say(counts.join(', '))
}

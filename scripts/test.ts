import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildServer, buildWeb } from './support/build.ts'
import { findBrowser } from './support/find-browser.ts'
import { findNginx } from './support/find-nginx.ts'
import { findRedis } from './support/find-redis.ts'
import { root } from './support/paths.ts'
import { giveUp, say } from './support/say.ts'
import { citationsOf, readSecurityPage } from './support/security-page.ts'
import { notAnswered, notShown, readReport, type TestReport } from './support/test-report.ts'

/** Finds or installs a browser, Redis and nginx, builds, and runs all tests. Arguments go to Vitest. */
const browser = findBrowser()
if (browser === undefined) {
  const advice = 'Install Chrome, Edge or Chromium, or set CHROME_PATH to one.'
  if (process.env['CI'] === 'true') giveUp(`No browser was found or installed. ${advice}`)
  say(`SKIPPED: the tests in a real browser, for there is none. ${advice}`)
}
const redis = findRedis()
if (redis === undefined) {
  const advice = 'Install redis-server (Debian: the package redis-server).'
  if (process.env['CI'] === 'true') giveUp(`Redis was not found or installed. ${advice}`)
  say(`SKIPPED: the tests on Redis, for redis-server is not there. ${advice}`)
}
if (findNginx() === undefined) {
  const advice = 'Install nginx (Debian: the package nginx).'
  if (process.env['CI'] === 'true') giveUp(`nginx was not found or installed. ${advice}`)
  say(`SKIPPED: the tests behind nginx, for it is not there. ${advice}`)
}
buildWeb()
buildServer()

const args = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'entra-bff-test-'))
const file = join(folder, 'report.json')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...args], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TEST_BROWSER: browser ?? '' },
})
process.exitCode = status ?? 1
if (existsSync(file)) {
  const report = readReport(file)
  summarize(report)
  // Only a run of all tests can show every rule and every code.
  if (args.length === 0 && browser !== undefined && redis !== undefined) {
    checkSecurityPage(report)
    checkProblemCodes(report)
  }
}
rmSync(folder, { recursive: true })

function summarize({ numPassedTests, numFailedTests, numPendingTests }: TestReport): void {
  const counts = [`${String(numPassedTests)} passed`, `${String(numFailedTests)} failed`]
  if (numPendingTests > 0) counts.push(`${String(numPendingTests)} skipped`)
  say(counts.join(', '))
}

/** Fails the run when a test that docs/security.md names did not run and pass. */
function checkSecurityPage(report: TestReport): void {
  const missing = notShown(citationsOf(readSecurityPage()), report)
  if (missing.length === 0) return
  process.exitCode = 1
  say('docs/security.md names tests that are not there by that whole title, or did not pass:')
  for (const { file, title } of missing) say(`  ${file} "${title}"`)
}

/** Fails the run when a server answered no test with one of the problem codes. */
function checkProblemCodes(report: TestReport): void {
  const missing = notAnswered(report)
  if (missing.length === 0) return
  process.exitCode = 1
  say(`No test gets these problem codes from a server: ${missing.join(', ')}`)
}

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { mutations } from './mutations/index.ts'
import { mutate, type Mutation } from './mutations/mutation.ts'
import { canRun, runTests, stopTests } from './support/run-tests.ts'
import { giveUp, say } from './support/say.ts'
import { type Citation, citationsFor, readSecurityPage } from './support/security-page.ts'
import { notShown } from './support/test-report.ts'
import { copyCheckout } from './support/working-copy.ts'

/**
 * Breaks each rule of `docs/security.md` on purpose, in a copy, and runs the tests that the page
 * names for it. A test that stays green does not show its rule.
 */
const page = readSecurityPage()
const chosen = chooseMutations()
const folder = mkdtempSync(join(tmpdir(), 'entra-bff-mutate-'))
process.once('exit', () => {
  stopTests()
  rmSync(folder, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const copies = Array.from({ length: Math.min(availableParallelism(), chosen.length) }, (_, index) =>
  join(folder, String(index)),
)
copies.forEach(copyCheckout)
await requireGreen()

const open = [...chosen]
const failed: string[] = []
await Promise.all(copies.map(work))
say(`${String(chosen.length)} mutations, ${String(failed.length)} not killed.`)
for (const line of failed) say(line)
process.exitCode = failed.length === 0 ? 0 : 1

function chooseMutations(): Mutation[] {
  // pnpm passes on the "--" that npm needs.
  const [text = ''] = process.argv.slice(2).filter((argument) => argument !== '--')
  const named = mutations.filter(
    ({ rule, breaks, change }) =>
      rule === text || [breaks, ...Object.keys(change)].some((words) => words.includes(text)),
  )
  return named.length > 0 ? named : giveUp(`No mutation has "${text}" as rule or in its words.`)
}

function testsFor({ rule }: Mutation): Citation[] {
  return citationsFor(page, rule).filter(canRun)
}

/** A test that fails without any mutation would prove nothing. */
async function requireGreen(): Promise<void> {
  const tests = chosen.flatMap(testsFor)
  say(`Running the tests without a mutation …`)
  const [copy = ''] = copies
  const { report, output } = await runTests(copy, tests, copies.length)
  if (!report) giveUp(`The tests cannot be run:\n${output}`)
  const red = notShown(tests, report, copy)
  if (red.length === 0) return
  giveUp(
    `Not green without a mutation:\n${red.map(({ file, title }) => `${file} "${title}"`).join('\n')}`,
  )
}

async function work(copy: string): Promise<void> {
  for (let next = open.shift(); next; next = open.shift()) {
    const outcome = await outcomeOf(next, copy)
    const line = `${next.rule}: ${next.breaks}: ${outcome}`
    say(line)
    if (!isKilled(outcome)) failed.push(line)
  }
}

async function outcomeOf(mutation: Mutation, copy: string): Promise<string> {
  const read = (file: string) => readFileSync(join(copy, file), 'utf8')
  const changed = mutate(mutation, read)
  if (changed === undefined) return 'DOES NOT APPLY'
  const before = [...changed.keys()].map((file) => ({ file, source: read(file) }))
  for (const [file, source] of changed) writeFileSync(join(copy, file), source)
  try {
    return await testOutcome(testsFor(mutation), copy)
  } finally {
    for (const { file, source } of before) writeFileSync(join(copy, file), source)
  }
}

/** Code that cannot be built or loaded fails every test, and shows nothing. */
async function testOutcome(tests: Citation[], copy: string): Promise<string> {
  if (tests.length === 0) return 'NO TEST IS NAMED'
  const { report, isGreen, output } = await runTests(copy, tests, 1)
  const results = report?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? []
  const killer = results.find(({ status }) => status === 'failed')
  if (killer) return `killed by "${killer.title}"`
  return isGreen ? 'STAYED GREEN' : `DID NOT RUN\n${output.trim().slice(-1_000)}`
}

function isKilled(outcome: string): boolean {
  return outcome.startsWith('killed')
}

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { mutations } from './mutations/index.ts'
import { mutate, type Mutation } from './mutations/mutation.ts'
import { ServerCompiler } from './support/compiler.ts'
import { canRun, runTests, stopTests } from './support/run-tests.ts'
import { giveUp, say } from './support/say.ts'
import { type Citation, citationsFor, readSecurityPage } from './support/security-page.ts'
import { notShown } from './support/test-report.ts'
import { copyCheckout } from './support/working-copy.ts'

/**
 * Breaks each rule of `docs/security.md` on purpose, in a copy of the code, and runs the tests that
 * the page names for the rule. If all of them stay green, they do not show the rule.
 */
const page = readSecurityPage()
const chosen = chooseMutations()
const folder = mkdtempSync(join(tmpdir(), 'entra-bff-mutate-'))
process.once('exit', () => {
  stopTests()
  rmSync(folder, { recursive: true, force: true })
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))

const [first = '', ...others] = copyFolders()
copyCheckout(first)
await requireGreen()
for (const copy of others) cpSync(first, copy, { recursive: true, verbatimSymlinks: true })

const compiler = new ServerCompiler()
const queue = [...chosen]
const failed: string[] = []
await Promise.all([first, ...others].map(runQueue))
say(`${String(chosen.length)} mutations, ${String(failed.length)} not killed.`)
for (const line of failed) say(line)
process.exitCode = failed.length === 0 ? 0 : 1

/** One copy of the checkout for each processor. */
function copyFolders(): string[] {
  const count = Math.min(availableParallelism(), chosen.length)
  return Array.from({ length: count }, (_, index) => join(folder, String(index)))
}

/** All mutations, or those that an argument selects: a rule, or part of a text or file name. */
function chooseMutations(): Mutation[] {
  // pnpm forwards the "--" that npm needs.
  const texts = process.argv.slice(2).filter((argument) => argument !== '--')
  const isNamed = ({ rule, breaks, change }: Mutation) =>
    texts.some((text) => rule === text || [breaks, ...Object.keys(change)].join().includes(text))
  const named = texts.length === 0 ? mutations : mutations.filter(isNamed)
  return named.length > 0 ? named : giveUp(`No mutation is about "${texts.join('", "')}".`)
}

function testsFor({ rule }: Mutation): Citation[] {
  const tests = citationsFor(page, rule).filter(canRun)
  return tests.length > 0 ? tests : giveUp(`docs/security.md names no test for ${rule}.`)
}

/** A test that fails without a mutation proves nothing. */
async function requireGreen(): Promise<void> {
  const tests = chosen.flatMap(testsFor)
  say('Running the tests without a mutation …')
  const options = { workers: 1 + others.length, bail: false, env: { SERVER_FOLDER: 'dist' } }
  const { report, output } = await runTests(first, tests, options)
  if (!report) giveUp(`The tests cannot be run:\n${output}`)
  const red = notShown(tests, report, first).map(({ file, title }) => `${file} "${title}"`)
  if (red.length > 0) giveUp(`Not green without a mutation:\n${[...new Set(red)].join('\n')}`)
}

async function runQueue(copy: string): Promise<void> {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const outcome = await outcomeOf(next, copy)
    const line = `${next.rule}: ${next.breaks}: ${outcome}`
    say(line)
    if (!isKilled(outcome)) failed.push(line)
  }
}

async function outcomeOf(mutation: Mutation, copy: string): Promise<string> {
  const read = (file: string) => readFileSync(join(copy, file), 'utf8')
  const tests = testsFor(mutation)
  const sources = mutate(mutation, read)
  if (sources === undefined) return 'DOES NOT APPLY'
  const compiled = compiler.compile(sources)
  if (typeof compiled === 'string') return `DOES NOT COMPILE: ${compiled}`
  const changed = [...sources, ...compiled]
  const before = changed.map(([file]): [string, string] => [file, read(file)])
  write(copy, changed)
  try {
    return await testOutcome(tests, copy)
  } finally {
    write(copy, before)
  }
}

function write(copy: string, files: [file: string, content: string][]): void {
  for (const [file, content] of files) writeFileSync(join(copy, file), content)
}

/** Code that cannot be loaded kills no mutation: only a failed test does. */
async function testOutcome(tests: Citation[], copy: string): Promise<string> {
  const options = { workers: 1, bail: true, env: { SERVER_IS_BUILT: '1', SERVER_FOLDER: 'dist' } }
  const { report, isGreen, output } = await runTests(copy, tests, options)
  const results = report?.testResults.flatMap(({ assertionResults }) => assertionResults) ?? []
  const killer = results.find(({ status }) => status === 'failed')
  if (killer) return `killed by "${killer.title}"`
  return isGreen ? 'STAYED GREEN' : `DID NOT RUN\n${output.trim().slice(-1_000)}`
}

function isKilled(outcome: string): boolean {
  return outcome.startsWith('killed')
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ProblemCode, problemCodes } from '@entra-bff/shared'
import { root } from './paths.ts'
import type { Citation } from './security-page.ts'

/** The members of a report of Vitest's JSON reporter that are read here. */
export interface TestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  testResults: {
    /** Absolute path of the file. */
    name: string
    /** Why the file could not be run. */
    message: string
    assertionResults: TestResult[]
  }[]
}

interface TestResult {
  title: string
  /** `passed`, `failed`, or one of several words for a test that was not run. */
  status: string
  failureMessages: string[]
  /** What `server/test/support/check-answers.ts` adds. */
  meta?: { problemCodes?: string[] }
}

export function readReport(file: string): TestReport {
  return JSON.parse(readFileSync(file, 'utf8')) as TestReport
}

/** A regular expression for the title of a test. Placeholders of `test.each` match any text. */
export function titlePattern(title: string): string {
  return title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/%[sdifjoOc#]|\\\$\w+/g, '[^]*')
}

/**
 * The citations that a run does not show: no test has the whole title, or a test with the title did
 * not pass.
 * @param folder the checkout that the tests ran in
 */
export function notShown(citations: Citation[], report: TestReport, folder = root): Citation[] {
  const results = new Map(
    report.testResults.map(({ name, assertionResults }) => [name, assertionResults]),
  )
  return citations.filter(({ file, title }) => {
    const pattern = new RegExp(`^${titlePattern(title)}$`)
    const named = (results.get(join(folder, file)) ?? []).filter((test) => pattern.test(test.title))
    return named.length === 0 || named.some(({ status }) => status !== 'passed')
  })
}

/** The problem codes that no answer had in a test that passed. */
export function notAnswered({ testResults }: TestReport): ProblemCode[] {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const passed = tests.filter(({ status }) => status === 'passed')
  const answered = new Set(passed.flatMap(({ meta }) => meta?.problemCodes ?? []))
  return problemCodes.filter((code) => !answered.has(code))
}

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../support/paths.ts'
import {
  catalogTitle,
  citationsIn,
  citationsOf,
  readSecurityPage,
  rowsOf,
  section,
} from '../support/security-page.ts'
import { notShown, type TestReport } from '../support/test-report.ts'

const page = readSecurityPage()

function sourceOf(file: string): string {
  const path = join(root, file)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

const isShown = (row: string[]) => citationsIn(row.at(-1) ?? '').length > 0
const isExcused = (row: string[]) => /^(not built yet|—) *$/.test(row.at(-1) ?? '')

// Whether each test that it names ran and passed is checked after the run: see scripts/test.ts.
describe('docs/security.md', () => {
  test('names only files that exist', () => {
    const paths = [...page.matchAll(/`([\w./-]+\.(?:ts|mjs|md))`/g)].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThan(100)
    const places = [root, join(root, 'server/src')]
    const missing = paths.filter((path) => !places.some((place) => existsSync(join(place, path))))
    expect([...new Set(missing)]).toEqual([])
  })

  test('names a test in each row that says how it is shown, or why there is none', () => {
    const rows = rowsOf(page)
    expect(rows.length).toBeGreaterThan(100)
    const open = rows.filter((row) => !isShown(row) && !isExcused(row))
    expect(open.map(([first]) => first)).toEqual([])
  })

  test('has a row for each number of the catalogue, with a test of that number', () => {
    const rows = rowsOf(section(page, catalogTitle))
    expect(rows.map(([number = '']) => number.trim())).toEqual(
      Array.from({ length: 40 }, (_, index) => String(index + 1)),
    )
    const open = rows.filter((row) => !isExcused(row)).filter((row) => !isOfItsNumber(row))
    expect(open.map(([number]) => number)).toEqual([])
  })

  test('leaves nothing open', () => {
    expect(page.split('\n').filter((line) => /TODO|planned/i.test(line))).toEqual([])
  })
})

/** Tests carry the numbers of the catalogue in their titles, as `(#7)` or `(#21, #22)`. */
function isOfItsNumber([number = '', ...cells]: string[]): boolean {
  const carries = new RegExp(`#${number.trim()}\\b`)
  return citationsIn(cells.at(-1) ?? '').some(({ file }) => carries.test(sourceOf(file)))
}

describe('a test that the page names', () => {
  const file = 'server/test/some.test.ts'
  const titles = (row: string) => citationsOf(`\`${file}\` ${row}`)
  const reportOf = (...tests: [title: string, status: string][]): TestReport => ({
    numPassedTests: 0,
    numFailedTests: 0,
    numPendingTests: 0,
    testResults: [
      {
        name: join(root, file),
        message: '',
        assertionResults: tests.map(([title, status]) => ({ title, status, failureMessages: [] })),
      },
    ],
  })

  test('shows its rule when it passed', () => {
    const report = reportOf(['holds', 'passed'], ['holds for "a" (#7)', 'passed'])
    expect(notShown(titles('"holds"; "holds for %j (#7)"'), report)).toEqual([])
  })

  test.each([
    ['failed', reportOf(['holds', 'failed'])],
    ['was skipped', reportOf(['holds', 'skipped'])],
    ['is named by a part of its title', reportOf(['holds always', 'passed'])],
    ['is in another file', { ...reportOf(), testResults: [] }],
  ])('shows nothing when it %s', (_what, report) => {
    expect(notShown(titles('"holds"'), report)).toEqual([{ file, title: 'holds' }])
  })

  test('shows nothing when one of its cases failed', () => {
    const report = reportOf(['holds for 1', 'passed'], ['holds for 2', 'failed'])
    expect(notShown(titles('"holds for %i"'), report)).toHaveLength(1)
  })
})

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../support/paths.ts'

const page = readFileSync(join(root, 'docs/security.md'), 'utf8')
const lines = page.split('\n')

interface Named {
  file: string
  title: string
}

/** Tests as the page names them: a file in backticks, then titles in quotes until the next file. */
function testsIn(line: string): Named[] {
  const named: Named[] = []
  let file: string | undefined
  for (const [, path, title] of line.matchAll(/`([^`]+)`|"([^"]+)"/g)) {
    if (path?.endsWith('.test.ts')) file = path
    if (file !== undefined && title !== undefined) named.push({ file, title })
  }
  return named
}

/** Rows of the tables whose last column says what shows them. */
function rowsOf(text: string): string[][] {
  const tables = text.split('\n\n').filter((part) => /^\|.*\| Shown by +\|\n/.test(part))
  return tables.flatMap((table) => {
    const [, , ...rows] = table.trim().split('\n')
    return rows.map((line) => line.slice(2, -2).split(' | '))
  })
}

function section(title: string): string {
  return page.split(/^## /m).find((part) => part.startsWith(title)) ?? ''
}

function sourceOf(file: string): string {
  const path = join(root, file)
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

const isShown = (row: string[]) => testsIn(row.at(-1) ?? '').length > 0
const isExcused = (row: string[]) => /^(not built yet|—) *$/.test(row.at(-1) ?? '')

describe('docs/security.md', () => {
  test('names only files that exist', () => {
    const paths = [...page.matchAll(/`([\w./-]+\.(?:ts|mjs|md))`/g)].map(([, path = '']) => path)
    expect(paths.length).toBeGreaterThan(100)
    const places = [root, join(root, 'server/src')]
    const missing = paths.filter((path) => !places.some((place) => existsSync(join(place, path))))
    expect([...new Set(missing)]).toEqual([])
  })

  test('names only tests that are there', () => {
    const named = lines.flatMap(testsIn)
    expect(named.length).toBeGreaterThan(100)
    const missing = named.filter(({ file, title }) => !sourceOf(file).includes(title))
    expect(missing).toEqual([])
  })

  test('names a test in each row that says how it is shown, or why there is none', () => {
    const rows = rowsOf(page)
    expect(rows.length).toBeGreaterThan(100)
    const open = rows.filter((row) => !isShown(row) && !isExcused(row))
    expect(open.map(([first]) => first)).toEqual([])
  })

  test('has a row for each number of the catalogue, with a test of that number', () => {
    const rows = rowsOf(section('Negative catalogue'))
    expect(rows.map(([number = '']) => number.trim())).toEqual(
      Array.from({ length: 40 }, (_, index) => String(index + 1)),
    )
    const open = rows.filter((row) => !isExcused(row)).filter((row) => !isOfItsNumber(row))
    expect(open.map(([number]) => number)).toEqual([])
  })

  test('leaves nothing open', () => {
    expect(lines.filter((line) => /TODO|planned/i.test(line))).toEqual([])
  })
})

/** Tests carry the numbers of the catalogue in their titles, as `(#7)` or `(#21, #22)`. */
function isOfItsNumber([number = '', ...cells]: string[]): boolean {
  const carries = new RegExp(`#${number.trim()}\\b`)
  return testsIn(cells.at(-1) ?? '').some(({ file }) => carries.test(sourceOf(file)))
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './paths.ts'

/** A test that docs/security.md names, with its title as in its source (`%s` included). */
export interface Citation {
  file: string
  title: string
}

export function readSecurityPage(): string {
  return readFileSync(join(root, 'docs/security.md'), 'utf8')
}

export const catalogTitle = 'Negative catalogue'

/** All tests that the page names. */
export function citationsOf(page: string): Citation[] {
  return page.split('\n').flatMap(citationsIn)
}

/** The tests that one line names: a file in backticks, then titles in quotes until the next file. */
export function citationsIn(line: string): Citation[] {
  const citations: Citation[] = []
  let file: string | undefined
  for (const [, path, title] of line.matchAll(/`([^`]+)`|"([^"]+)"/g)) {
    if (path?.endsWith('.test.ts')) file = path
    if (file !== undefined && title !== undefined) citations.push({ file, title })
  }
  return citations
}

/** The rows of every table whose last column is "Shown by". Each row is a list of cells. */
export function rowsOf(page: string): string[][] {
  const tables = page.split('\n\n').filter((part) => /^\|.*\| Shown by +\|\n/.test(part))
  return tables.flatMap((table) => {
    const [, , ...rows] = table.trim().split('\n')
    return rows.map((line) => line.slice(2, -2).split(' | '))
  })
}

export function section(page: string, title: string): string {
  return page.split(/^## /m).find((part) => part.startsWith(title)) ?? ''
}

/**
 * The tests that show one rule.
 * @param rule `#7` for a row of the negative catalogue; else the first cell of a row, or its first
 * words: `A1`, ``6.1.3.2 `Secure` ``
 * @returns an empty list when the page has no such row
 */
export function citationsFor(page: string, rule: string): Citation[] {
  const catalog = section(page, catalogTitle)
  const [part, id] = rule.startsWith('#')
    ? [catalog, rule.slice(1)]
    : [page.replace(catalog, ''), rule]
  const isOfRule = ([first = '']: string[]) =>
    first.startsWith(id) && !/[\w.]/.test(first.charAt(id.length))
  const rows = rowsOf(part).filter(isOfRule)
  return rows.length === 1 ? citationsIn(rows[0]?.at(-1) ?? '') : []
}

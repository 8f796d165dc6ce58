import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/support/paths.ts'

const page = join(root, 'docs/performance.md')
const begin = '<!-- The figures: made by `pnpm bench`. -->'
const end = '<!-- The end of the figures. -->'

/** Puts the figures into the page, in the place of those of the last run. */
export function writeFigures(figures: string): void {
  const text = readFileSync(page, 'utf8')
  const [before, after] = [text.indexOf(begin), text.indexOf(end)]
  if (before === -1 || after < before)
    throw new Error(`${page} has lost the lines around the figures`)
  writeFileSync(page, `${text.slice(0, before)}${begin}\n\n${figures}\n\n${text.slice(after)}`)
}

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../scripts/support/paths.ts'

const page = join(root, 'docs/performance.md')
const startMark = '<!-- The figures: made by `pnpm bench`. -->'
const endMark = '<!-- The end of the figures. -->'

/** Puts the figures into the page, in the place of those of the last run. */
export function writeFigures(figures: string): void {
  const text = readFileSync(page, 'utf8')
  const [start, end] = [text.indexOf(startMark), text.indexOf(endMark)]
  if (start === -1 || end < start) throw new Error(`${page} has lost the lines around the figures`)
  writeFileSync(page, `${text.slice(0, start)}${startMark}\n\n${figures}\n\n${text.slice(end)}`)
}

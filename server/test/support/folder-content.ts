import { createHash } from 'node:crypto'
import * as fs from 'node:fs'
import { join } from 'node:path'

/** Names and digests of all that lies in the folder, but for the lock file and the note, which hold no data. */
export function contentOf(path: string): Record<string, string> {
  const stat = fs.statSync(path, { throwIfNoEntry: false })
  if (!stat?.isDirectory()) return stat ? { '': digestOf(path) } : {}
  const files = fs.readdirSync(path).filter((name) => !/-(lock|closed)$/.test(name))
  return Object.fromEntries(files.map((name) => [name, readAny(join(path, name))]))
}

function readAny(path: string): string {
  return fs.statSync(path).isDirectory() ? 'a folder' : digestOf(path)
}

function digestOf(path: string): string {
  return createHash('sha256').update(fs.readFileSync(path)).digest('hex')
}

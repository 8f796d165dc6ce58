import * as fs from 'node:fs'

/*
 * A note beside the file of a store says how the file was when a process closed it. While the note
 * is true, the file needs no trial at the start. A process that is killed leaves no note.
 */

/** Whether nothing has written to the file since it was closed. */
export function isAsClosed(file: string): boolean {
  try {
    return fs.readFileSync(noteOf(file), 'utf8') === stateOf(file)
  } catch {
    return false
  }
}

/** Call it before the file is opened, and before a write: another process may have left a note. */
export function withdrawNote(file: string): void {
  const note = noteOf(file)
  if (!fs.existsSync(note)) return
  // Emptied on the disk first: a power failure can undo the removal.
  fs.writeFileSync(note, '', { mode: 0o600, flush: true })
  fs.rmSync(note, { force: true })
}

/** Call it when the file is closed and all writes are on the disk. */
export function leaveNote(file: string): void {
  fs.writeFileSync(noteOf(file), stateOf(file), { mode: 0o600, flush: true })
}

function noteOf(file: string): string {
  return `${file}-closed`
}

/** A restored, replaced, cut or rewritten file differs in one of these. */
function stateOf(file: string): string {
  const { ino, size, mtimeNs } = fs.statSync(file, { bigint: true })
  return `inode ${String(ino)}, ${String(size)} bytes, modified at ${String(mtimeNs)} ns\n`
}

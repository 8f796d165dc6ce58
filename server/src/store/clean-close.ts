import * as fs from 'node:fs'

/*
 * A marker beside the file of a store says how the file was when a process closed it. While the
 * marker is true, the file needs no trial at the start. A process that is killed leaves no marker.
 */

/** Whether a process closed the file, and nothing has changed it since. */
export function wasClosedCleanly(file: string): boolean {
  try {
    return fs.readFileSync(markerOf(file), 'utf8') === fingerprintOf(file)
  } catch {
    return false
  }
}

/** Call it before the file is opened, and before a write: another process may have left a marker. */
export function removeCleanMarker(file: string): void {
  const marker = markerOf(file)
  if (!fs.existsSync(marker)) return
  // Emptied on the disk first: a power failure can undo the removal.
  fs.writeFileSync(marker, '', { mode: 0o600, flush: true })
  fs.rmSync(marker, { force: true })
}

/** Call it when the file is closed and all writes are on the disk. */
export function writeCleanMarker(file: string): void {
  fs.writeFileSync(markerOf(file), fingerprintOf(file), { mode: 0o600, flush: true })
}

function markerOf(file: string): string {
  return `${file}-closed`
}

/** A restored, replaced, cut or rewritten file differs in one of these. */
function fingerprintOf(file: string): string {
  const { ino, size, mtimeNs } = fs.statSync(file, { bigint: true })
  return `inode ${String(ino)}, ${String(size)} bytes, modified at ${String(mtimeNs)} ns\n`
}

import * as fs from 'node:fs'

/** Names of the files that this server makes in the folder. */
const ownFileNames = /^(sessions\.mdb(-lock|-closed)?|session-secret(\..+)?|trial\..+)$/

/**
 * Makes a file if it is missing, readable by this user alone.
 *
 * Does not open a file that exists: closing it would release the locks that this process holds on
 * the file (`man 2 fcntl`, record locks).
 */
export function makePrivate(file: string): void {
  try {
    fs.closeSync(fs.openSync(file, 'wx', 0o600))
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error
    if (fs.statSync(file).isFile()) fs.chmodSync(file, 0o600)
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** Keeps other users out of a folder. A folder that holds other files too, such as a home folder, keeps its mode. */
export function makeFolderPrivate(folder: string): void {
  const isOpen = (fs.statSync(folder).mode & 0o077) !== 0
  if (!isOpen || !fs.readdirSync(folder).every((name) => ownFileNames.test(name))) return
  try {
    fs.chmodSync(folder, 0o700)
  } catch (error) {
    // The folder is another user's, as a volume of Kubernetes is. The files in it are private.
    if (!hasCode(error, 'EPERM')) throw error
  }
}

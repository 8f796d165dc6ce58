import { readNote, removeNote, writeNote } from './tab-notes.ts'

const key = 'entra-bff:device-login'

/** Notes that the page shows a device code, so that after a reload it shows the same code without a click. */
export function markDeviceLogin() {
  writeNote(key, '1')
}

export function hasDeviceLoginMark() {
  return readNote(key) !== null
}

export function clearDeviceLoginMark() {
  removeNote(key)
}

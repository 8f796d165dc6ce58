import { readNote, removeNote, writeNote } from './tab-notes.ts'

const key = 'entra-bff:device-login'

/** A code is on the page: after a reload the same one is asked for again, without a click. */
export function markDeviceLogin() {
  writeNote(key, '1')
}

export function hasDeviceLoginMark() {
  return readNote(key) !== null
}

export function clearDeviceLoginMark() {
  removeNote(key)
}

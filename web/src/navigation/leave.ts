import { readNote, removeNote, writeNote } from './tab-notes.ts'

const lastLeaveKey = 'entra-bff:signed-in-again'
const lastReloadKey = 'entra-bff:reloaded'
const signedOutKey = 'entra-bff:signed-out'
const guardMs = 120_000

/** Once per two minutes and no more: an endless loop of sign-ins helps nobody. */
export const mayLeaveToSignIn = () => mayLeave(lastLeaveKey)

/** The same for a page that reloads itself. */
export const mayReload = () => mayLeave(lastReloadKey)

function mayLeave(key: string) {
  const now = Date.now()
  const last = Number(readNote(key))
  if (last > 0 && now - last < guardMs) return false
  // Without storage there is no guard, so the page does not leave by itself.
  return writeNote(key, String(now))
}

export function leaveTo(href: string) {
  window.location.assign(href)
}

/** Entra's way back says that a person has signed out; this mark says it after the browser's Back. */
export function markSignedOut() {
  writeNote(signedOutKey, '1')
}

export function takeSignedOutMark() {
  const marked = readNote(signedOutKey) !== null
  if (marked) removeNote(signedOutKey)
  return marked
}

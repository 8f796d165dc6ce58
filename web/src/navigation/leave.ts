import { readNote, removeNote, writeNote } from './tab-notes.ts'

const lastLeaveKey = 'entra-bff:signed-in-again'
const signedOutKey = 'entra-bff:signed-out'
const guardMs = 120_000

/** Once per two minutes and no more: an endless loop of sign-ins helps nobody. */
export function mayLeaveToSignIn(now = Date.now()) {
  const last = Number(readNote(lastLeaveKey))
  if (last > 0 && now - last < guardMs) return false
  // Without storage there is no guard, so there is no automatic sign-in either.
  return writeNote(lastLeaveKey, String(now))
}

export function leaveTo(href: string) {
  window.location.assign(href)
}

/** Entra returns a person who has signed out to `/`; this remembers why they come. */
export function markSignedOut() {
  writeNote(signedOutKey, '1')
}

export function takeSignedOutMark() {
  const marked = readNote(signedOutKey) !== null
  if (marked) removeNote(signedOutKey)
  return marked
}

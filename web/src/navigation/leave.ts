import { readNote, removeNote, writeNote } from './tab-notes.ts'

const lastLeaveKey = 'entra-bff:signed-in-again'
const lastReloadKey = 'entra-bff:reloaded'
const signedOutKey = 'entra-bff:signed-out'
const guardMs = 120_000

/** True at most once in two minutes, so that sign-ins never follow each other in a loop. */
export const mayLeaveToSignIn = () => mayLeave(lastLeaveKey)

/** True at most once in two minutes, so that the page never reloads itself in a loop. */
export const mayReload = () => mayLeave(lastReloadKey)

function mayLeave(key: string) {
  const now = Date.now()
  const last = Number(readNote(key))
  if (last > 0 && now - last < guardMs) return false
  // Without storage the page could not notice a loop, so it does not leave by itself.
  return writeNote(key, String(now))
}

export function leaveTo(href: string) {
  window.location.assign(href)
}

/**
 * Notes that the person has signed out, in case the browser's Back button returns to this app. A
 * return from Entra has `?signedOut` in its address instead.
 */
export function markSignedOut() {
  writeNote(signedOutKey, '1')
}

export function takeSignedOutMark() {
  const marked = readNote(signedOutKey) !== null
  if (marked) removeNote(signedOutKey)
  return marked
}

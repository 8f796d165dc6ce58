const lastLeaveKey = 'entra-bff:signed-in-again'
const signedOutKey = 'entra-bff:signed-out'
const guardMs = 120_000

/** Once per two minutes and no more: an endless loop of sign-ins helps nobody. */
export function mayLeaveToSignIn(now = Date.now()) {
  const last = Number(read(lastLeaveKey))
  if (last > 0 && now - last < guardMs) return false
  // Without storage there is no guard, so there is no automatic sign-in either.
  return write(lastLeaveKey, String(now))
}

export function leaveTo(href: string) {
  window.location.assign(href)
}

/** Entra returns a person who has signed out to `/`; this remembers why they come. */
export function markSignedOut() {
  write(signedOutKey, '1')
}

export function takeSignedOutMark() {
  const marked = read(signedOutKey) !== null
  if (marked) sessionStorage.removeItem(signedOutKey)
  return marked
}

function read(key: string) {
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null
  }
}

function write(key: string, value: string) {
  try {
    sessionStorage.setItem(key, value)
    return true
  } catch {
    return false
  }
}

/** Notes in the session storage of this tab: they survive a reload. A browser may refuse to keep them. */
export function readNote(key: string) {
  try {
    return sessionStorage.getItem(key)
  } catch {
    return null
  }
}

export function writeNote(key: string, value: string) {
  try {
    sessionStorage.setItem(key, value)
    return true
  } catch {
    return false
  }
}

export function removeNote(key: string) {
  try {
    sessionStorage.removeItem(key)
  } catch {
    // A browser that refuses storage has no note to remove.
  }
}

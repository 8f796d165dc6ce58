/** Small notes that outlive a reload, in this tab only. A browser may refuse to keep them. */
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
    // What was never kept is gone.
  }
}

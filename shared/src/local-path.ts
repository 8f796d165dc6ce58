declare const checked: unique symbol

/** A path of this origin, with query and fragment. A redirect to it stays on this origin. */
export type LocalPath = string & { readonly [checked]: true }

export const homePath = '/' as LocalPath

const base = 'http://local.invalid'

/**
 * Normalizes a path before it is checked: `/..//evil.example/` becomes `//evil.example/`.
 * @returns the path in its normal form; undefined if a browser could read it as another origin
 * (`//e`, `/\e`, `/%09/e`, `https:e`), or if it has control characters
 */
export function localPath(raw: unknown): LocalPath | undefined {
  if (typeof raw !== 'string' || !isPlain(raw) || !URL.canParse(raw, base)) return undefined
  const { origin, pathname, search, hash } = new URL(raw, base)
  const path = pathname + search + hash
  const isLocal = origin === base && isPlain(path) && isPlain(decoded(pathname))
  return isLocal ? (path as LocalPath) : undefined
}

function isPlain(path: string): boolean {
  return /^\/(?![/\\])[^\u0000-\u001f\u007f\\]*$/.test(path)
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return ''
  }
}

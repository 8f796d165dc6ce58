declare const checked: unique symbol

/** A path of this origin, with its query and fragment: safe to redirect to. */
export type LocalPath = string & { readonly [checked]: true }

export const homePath = '/' as LocalPath

const base = 'http://local.invalid'

/**
 * Normalizes a path, then judges the outcome: `/..//evil.example/` is `//evil.example/`.
 * @returns the path in its normal form; undefined for all that a browser could take for another
 * origin (`//e`, `/\e`, `/%09/e`, `https:e`), or that holds control characters
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

declare const checked: unique symbol

/** A path of this origin, with its query: checked, so safe to redirect to. */
export type LocalPath = string & { readonly [checked]: true }

export const homePath = '/' as LocalPath

/** Of the normal form: it is kept in a cookie, up to five of them at once. */
const longest = 512
const base = 'http://local.invalid'

/**
 * @returns the path in its normal form; undefined for whatever a browser could take for another
 * origin (`//e`, `/\e`, `/%09/e`, `https:e`), or that holds control characters
 */
export function localPath(raw: unknown): LocalPath | undefined {
  if (typeof raw !== 'string' || !isPlain(raw)) return undefined
  if (!URL.canParse(raw, base)) return undefined
  const url = new URL(raw, base)
  const path = `${url.pathname}${url.search}${url.hash}`
  const isLocal = url.origin === base && isPlain(path) && isPlain(decoded(url.pathname))
  return isLocal && path.length <= longest ? (path as LocalPath) : undefined
}

function isPlain(path: string): boolean {
  return /^\/(?![/\\])/.test(path) && !/[\u0000-\u001f\u007f\\]/.test(path)
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return ''
  }
}

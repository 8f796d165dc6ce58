declare const proof: unique symbol
/** A path of this origin: proven, so that nobody is sent elsewhere. */
export type LocalPath = string & { readonly [proof]: true }

/** Refuses `//evil`, `/\evil`, `/<tab>/evil`, `https://evil` and everything that is no string. */
export function localPath(raw: unknown): LocalPath | undefined {
  if (typeof raw !== 'string' || !/^\/(?![/\\])[^\\\p{Cc}]*$/u.test(raw)) return undefined
  const { origin } = window.location
  if (!URL.canParse(raw, origin) || new URL(raw, origin).origin !== origin) return undefined
  return raw as LocalPath
}

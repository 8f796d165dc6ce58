/** The checks, in their order. */
export const checkNames = [
  'settings',
  'authority',
  'clock',
  'credential',
  'redirect-uri',
  'store',
  'downstream',
  'public-url',
  'proxy-headers',
  'cookies',
] as const
export type CheckName = (typeof checkNames)[number]

/** What a check found. No text holds a secret, a token or a password. */
export interface Finding {
  check: CheckName
  /** `warn`: people can sign in, but something is not as it should be. `skip`: not checked. */
  status: 'ok' | 'warn' | 'fail' | 'skip'
  text: string
  /** What to do, as whole sentences. */
  remedy?: string
}

/** Takes what one check found. */
export interface Tell {
  ok: (text: string) => void
  warn: (text: string, remedy?: string) => void
  fail: (text: string, remedy?: string) => void
  skip: (text: string) => void
}

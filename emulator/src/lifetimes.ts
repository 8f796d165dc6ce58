/** Lifetimes in seconds. The defaults are those of Microsoft Entra ID. */
export interface Lifetimes {
  /** When absent: 60 to 90 minutes at random, 20 to 28 hours for a client that declares `CP1`. */
  accessToken?: number
  idToken: number
  refreshToken: number
  deviceCode: number
  /** Seconds that a client must wait between two polls of a device code. */
  devicePollInterval: number
  authorizationCode: number
}

export const entraLifetimes: Lifetimes = {
  idToken: 3600,
  refreshToken: 90 * 24 * 3600,
  deviceCode: 900,
  devicePollInterval: 5,
  authorizationCode: 600,
}

/** Seconds since the epoch. It must come from `Date`: tests that fake the clock rely on this. */
export function epochSeconds(): number {
  return Math.floor(Date.now() / 1000)
}

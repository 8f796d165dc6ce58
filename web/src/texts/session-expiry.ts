/** The words of the banner that comes before a session ends, loaded with it. */
export const expiryTexts = {
  ends: (time: string) => `Your session ends at ${time}.`,
  stay: 'Stay signed in',
  stayed: 'You stay signed in.',
  failed: 'That did not work. Try again.',
  signInAgain: 'Sign in again',
} as const

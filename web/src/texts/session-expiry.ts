/** The words of the banner that warns that the session is about to end. */
export const expiryTexts = {
  ends: (time: string) => `Your session ends at ${time}.`,
  stay: 'Stay signed in',
  stayed: 'You stay signed in.',
  failed: 'That did not work. Try again.',
  signInAgain: 'Sign in again',
} as const

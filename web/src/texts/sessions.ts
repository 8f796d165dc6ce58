/** The words of the Sessions view. */
export const sessionsTexts = {
  title: 'Your sessions',
  intro: 'Where you are signed in to this app.',
  browser: (browser: string, system: string) => `${browser} on ${system}`,
  unknownBrowser: 'Unknown browser',
  current: 'This device',
  address: 'Address',
  signedIn: 'Signed in',
  lastUsed: 'Last used',
  end: 'Sign out',
  ended: (name: string) => `${name} is signed out.`,
  endOthers: 'Sign out everywhere else',
  endedOthers: 'You are signed out everywhere else.',
  failed: 'That did not work: nothing was signed out. Try again.',
  back: 'Back',
} as const

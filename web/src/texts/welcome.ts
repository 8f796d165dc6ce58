export const welcomeTexts = {
  title: (name: string) => `Welcome ${name}!`,
  sessionEnds: 'Session ends',
  idleEnds: 'Ends early if idle',
  callsTitle: 'Your data',
  primaryCall: 'Call Microsoft Graph',
  permission: (scopes: readonly string[]) => scopes.join(', '),
  asksConsent: 'Asks for your consent',
  signOut: 'Sign out',
  signOutFailed: 'Signing out failed: you are still signed in. Try again.',
  sessions: 'Your sessions',
  agenda: 'Your agenda',
  switchAccount: 'Switch account',
} as const

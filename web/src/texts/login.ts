export const loginTexts = {
  title: 'Sign in',
  account: 'Use your work or school account.',
  microsoft: 'Sign in with Microsoft',
  opening: 'Opening Microsoft…',
  otherAccount: 'Use a different account',
  device: 'Sign in on another device',
  people: 'Or continue as a sample person',
  reasons: {
    signedOut: 'You are signed out.',
    expired: 'Your session has expired. Sign in to continue.',
    revoked: 'Your session was ended. Sign in to continue.',
  },
} as const

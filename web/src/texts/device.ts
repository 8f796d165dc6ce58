export const deviceTexts = {
  title: 'Sign in on another device',
  intro:
    'You get a code here, and type it on a phone or computer on which you sign in with your work or school account.',
  getCode: 'Get a code',
  getting: 'Getting a code…',
  back: 'Back to sign-in',
  step: 'On the other device open this address and type the code:',
  opensNewTab: 'opens in a new tab',
  code: 'Code',
  spelled: (code: string) => Array.from(code).join(' '),
  copy: 'Copy code',
  timeLeft: (time: string) => `Valid for another ${time}`,
  waiting: 'This page continues by itself once you have signed in there.',
  warning: 'Only enter this code if you started this sign-in yourself.',
  cancel: 'Cancel',
  started: (code: string, minutes: number) =>
    `Your code is ${code}. It is valid for ${String(minutes)} minutes.`,
  minutesLeft: (minutes: number) =>
    minutes === 1
      ? 'The code is valid for one more minute.'
      : `The code is valid for ${String(minutes)} more minutes.`,
  ready: {
    title: 'Is this your account?',
    detail: (name: string, username: string) =>
      `${name} (${username}) signed in on the other device.`,
    unnamed: 'Somebody signed in on the other device.',
    confirm: (name: string) => `Continue as ${name}`,
    confirmUnnamed: 'Continue',
    reject: 'This is not my account',
  },
  signedIn: 'You are signed in.',
  newCode: 'Get a new code',
  endings: {
    declined: {
      title: 'The sign-in was declined',
      detail: 'Somebody chose not to continue on the other device.',
    },
    expired: {
      title: 'The code has expired',
      detail: 'Nobody finished the sign-in in time. A new code takes a moment.',
    },
    failed: {
      title: 'The sign-in did not work',
      detail: 'Microsoft refused it. Try again with a new code.',
    },
  },
  disabled: {
    title: 'This way to sign in is switched off',
    detail: 'This app does not offer to sign in on another device.',
  },
  unreachable: {
    title: 'We can’t reach the server',
    detail: 'Check your connection and try again.',
  },
} as const

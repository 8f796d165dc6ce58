import type {
  CallView,
  DeviceLogin,
  DeviceLoginState,
  OwnSession,
  Problem,
  SetupView,
  SignedIn,
  SignedOut,
  SignInError,
  User,
} from '@entra-bff/shared'

const app = { name: 'entra-bff', version: '1.0.0' }

const user: User = {
  id: '5b1f0c9e-3a7d-4c52-9d0e-2f4b8a1c7e55',
  tenantId: '0c2c9d1a-6a4e-4b0b-8f3e-7d5e6f708192',
  name: 'Adele Vance',
  username: 'AdeleV@contoso.onmicrosoft.com',
}

const call: CallView = { id: 'me', title: 'Your profile', scopes: ['User.Read'], granted: true }

const signedIn: SignedIn = {
  authenticated: true,
  user,
  roles: ['Reports.Read'],
  calls: [call],
  serverTime: '2026-08-01T08:00:00.000Z',
  idleExpiresAt: '2026-08-01T09:00:00.000Z',
  expiresAt: '2026-08-01T20:00:00.000Z',
  app,
}

const signedOut: SignedOut = {
  authenticated: false,
  reason: 'none',
  signIn: { methods: ['redirect'] },
  app,
}

const ownSession: OwnSession = {
  id: 'Zm9yIGV4YW1wbGUgb25seSwgbm90IGEgY29va2ll',
  current: true,
  createdAt: '2026-08-01T08:00:00.000Z',
  lastSeenAt: '2026-08-01T08:12:00.000Z',
  userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/142.0',
  ip: '192.0.2.7',
}

const deviceLogin: DeviceLogin = {
  id: 'b25lLW9mLW1hbnk',
  userCode: 'F4KQ7NMBZ',
  verificationUri: 'https://microsoft.com/devicelogin',
  message:
    'To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter the code F4KQ7NMBZ to authenticate.',
  interval: 5,
  expiresAt: '2026-08-01T08:15:00.000Z',
  expiresIn: 900,
}

const deviceLoginStates: DeviceLoginState[] = [
  { status: 'pending', interval: 5 },
  { status: 'ready', user: { name: user.name, username: user.username } },
  { status: 'declined', errorRef: 'q1Zt0n3bVdGfJ5m8RxYw2A' },
]

const signInError: SignInError = {
  ref: 'q1Zt0n3bVdGfJ5m8RxYw2A',
  code: 'access_denied',
  title: 'The sign-in was cancelled',
  detail: 'Nothing was shared with this app. You can try again.',
  aadsts: '65004',
  correlationId: '6b1f0c9e-3a7d-4c52-9d0e-2f4b8a1c7e55',
  timestamp: '2026-08-01T08:00:00.000Z',
  retry: { href: '/auth/login', label: 'Try again' },
}

const setup: SetupView[] = [
  { configured: true },
  {
    configured: false,
    settings: [{ name: 'CLIENT_ID', status: 'missing', detail: 'Application (client) ID' }],
    redirectUri: 'http://localhost:3000/getAToken',
  },
]

const problem: Problem = {
  type: 'about:blank',
  title: 'Consent needed',
  status: 403,
  code: 'consent_required',
  detail:
    'This call needs the permission Calendars.Read, which you have not given to this app yet.',
  correlationId: '6b1f0c9e-3a7d-4c52-9d0e-2f4b8a1c7e55',
  login: { href: '/auth/login?scopes=Calendars.Read' },
}

/** Examples of the bodies in `shared`, by the names that they have there. A test checks each by its schema. */
export const schemaExamples: Readonly<Record<string, readonly object[] | undefined>> = {
  User: [user],
  CallView: [call],
  SessionView: [signedIn, signedOut],
  SignedIn: [signedIn],
  SignedOut: [signedOut],
  OwnSession: [ownSession],
  DeviceLogin: [deviceLogin],
  DeviceLoginState: deviceLoginStates,
  SignInError: [signInError],
  SetupView: setup,
  Problem: [problem],
}

import {
  DeviceLogin,
  DeviceLoginState,
  OwnSession,
  Problem,
  SessionView,
  SetupView,
  SignInError,
  type ProblemCode,
  type SignedIn,
  type SignedOut,
} from '@entra-bff/shared'
import { Type, type TSchema } from 'typebox'
import { Value } from 'typebox/value'

/** An answer of the fake server. Each JSON body is checked against the contract in `shared`. */
export interface Answer {
  status: number
  body: string | Blob | null
  headers?: Record<string, string>
}

export function signedIn(changes: Partial<SignedIn> = {}): Answer {
  return json(SessionView, {
    authenticated: true,
    user: {
      id: 'adele',
      tenantId: 'contoso',
      name: 'Adele Vance',
      username: 'adele@contoso.example',
    },
    roles: [],
    calls: [
      { id: 'me', title: 'My profile', scopes: ['User.Read'], granted: true },
      { id: 'me/calendar', title: 'My calendar', scopes: ['Calendars.Read'], granted: false },
      { id: 'me/groups', title: 'My groups', scopes: ['GroupMember.Read.All'], granted: true },
    ],
    serverTime: '2026-01-01T08:00:00Z',
    idleExpiresAt: '2026-01-01T09:00:00Z',
    expiresAt: '2026-01-01T20:00:00Z',
    app: { name: 'Contoso Portal', version: '1.2.3' },
    ...changes,
  } satisfies SignedIn)
}

export function signedOut(changes: Partial<SignedOut> = {}): Answer {
  return json(SessionView, {
    authenticated: false,
    reason: 'none',
    signIn: { methods: ['redirect'] },
    app: { name: 'Contoso Portal', version: '1.2.3' },
    ...changes,
  } satisfies SignedOut)
}

export function problem(
  status: number,
  code: ProblemCode,
  { login, headers = {} }: { login?: string; headers?: Record<string, string> } = {},
): Answer {
  const body: Problem = {
    type: 'about:blank',
    title: `Title of ${code}`,
    status,
    code,
    detail: `Detail of ${code}.`,
    correlationId: 'correlation-1',
    ...(login ? { login: { href: login } } : {}),
  }
  return { ...json(Problem, body), status, headers }
}

export const setup = (body: SetupView) => json(SetupView, body)
export const signInError = (body: SignInError) => json(SignInError, body)

export const deviceLogin = (body: DeviceLogin) => json(DeviceLogin, body)
export const deviceLoginState = (body: DeviceLoginState) => json(DeviceLoginState, body)
export const ownSessions = (body: OwnSession[]) => json(Type.Array(OwnSession), body)
export const noContent: Answer = { status: 204, body: null }

export function downstream(text: string, headers: Record<string, string> = {}): Answer {
  return { status: 200, body: text, headers }
}

export function json(schema: TSchema, body: unknown): Answer {
  if (!Value.Check(schema, body)) throw new Error('The fake server breaks the contract')
  return { status: 200, body: JSON.stringify(body) }
}

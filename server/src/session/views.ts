import type {
  AppInfo,
  CallView,
  SessionView,
  SignedOutReason,
  SignInMethod,
} from '@entra-bff/shared'
import { absoluteExpiry, idleExpiry, type Lifetimes } from './lifetimes.ts'
import type { SessionRecord } from './record.ts'

export interface SessionViewsOptions {
  app: AppInfo
  methods: SignInMethod[]
  /** The calls that the page offers a user with these scopes. */
  callsFor: (granted: readonly string[]) => CallView[]
}

export type SessionViews = ReturnType<typeof sessionViews>

/** The bodies of `GET /api/session`. */
export function sessionViews(
  { app, methods, callsFor }: SessionViewsOptions,
  lifetimes: Lifetimes,
) {
  return {
    signedOut: (reason: SignedOutReason): SessionView => ({
      authenticated: false,
      reason,
      signIn: { methods },
      app,
    }),
    signedIn: (record: SessionRecord): SessionView => ({
      authenticated: true,
      user: record.user,
      calls: callsFor(record.granted),
      serverTime: new Date().toISOString(),
      idleExpiresAt: new Date(idleExpiry(record, lifetimes)).toISOString(),
      expiresAt: new Date(absoluteExpiry(record, lifetimes)).toISOString(),
      app,
    }),
  }
}

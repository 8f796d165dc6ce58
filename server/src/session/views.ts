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
  lifetimes: Lifetimes
}

/** The bodies of `GET /api/session`. */
export class SessionViews {
  readonly #options: SessionViewsOptions

  constructor(options: SessionViewsOptions) {
    this.#options = options
  }

  signedOut(reason: SignedOutReason): SessionView {
    const { app, methods } = this.#options
    return { authenticated: false, reason, signIn: { methods }, app }
  }

  signedIn(record: SessionRecord): SessionView {
    const { app, callsFor, lifetimes } = this.#options
    return {
      authenticated: true,
      user: record.user,
      calls: callsFor(record.granted),
      serverTime: new Date().toISOString(),
      idleExpiresAt: new Date(idleExpiry(record, lifetimes)).toISOString(),
      expiresAt: new Date(absoluteExpiry(record, lifetimes)).toISOString(),
      app,
    }
  }
}

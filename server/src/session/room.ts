import type { Cookies } from '../http/cookie-attributes.ts'
import type { SessionCookie } from './cookie.ts'
import type { LastSessionCookie } from './last-session.ts'
import type { Lifetimes } from './lifetimes.ts'
import type { Sessions } from './sessions.ts'
import type { SessionViews } from './views.ts'
import type { SessionWatches } from './watches.ts'

/** Everything about sessions that routes and other folders use. */
export interface SessionRoom {
  readonly sessions: Sessions
  readonly lifetimes: Lifetimes
  readonly cookies: Cookies
  readonly cookie: SessionCookie
  readonly lastSession: LastSessionCookie
  readonly views: SessionViews
  readonly watches: SessionWatches
}

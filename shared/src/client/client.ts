import type { DeviceLogin, DeviceLoginState } from '../device.ts'
import type { LoginQuery } from '../login-query.ts'
import { loginHref } from '../login.ts'
import { paths } from '../paths.ts'
import type { OwnSession, SessionView } from '../session.ts'
import type { SetupView } from '../setup.ts'
import type { SignInError } from '../sign-in.ts'
import { type CallTarget, pathOfCall } from './path-of-call.ts'
import { type Fetch, type Method, type Outgoing, type Read, send, sendOnce } from './send.ts'

export interface ClientOptions {
  /** Origin of the server: `https://app.example.com`. A page of that origin leaves it out. */
  baseUrl?: string
  /** Takes the place of the global `fetch`, which keeps no cookies outside a browser. */
  fetch?: Fetch
}

export interface RequestOptions {
  /** Ends the request. The promise then rejects with the reason of the signal. */
  signal?: AbortSignal | undefined
}

export interface CallOptions<Body> extends RequestOptions, CallTarget {
  method?: Method
  /** Sent as JSON. */
  body?: unknown
  /**
   * Reads the answer. The default reads JSON. `(response) => response.blob()` reads bytes.
   * `(response) => response` gives the answer itself, for a stream: then no time limit is left.
   */
  read?: Read<Body>
  /** Most milliseconds until `read` is done, at each try. */
  timeoutMs?: number
}

/** Longer than the server's own time limit for an API. */
const callTimeoutMs = 30_000
const requestTimeoutMs = 10_000

/**
 * A client of this server's JSON API, for its page and for other programs. Each function rejects with
 * a `ProblemError` when the server says no, and with an `UnreachableError` when no answer came.
 */
export function createClient({ baseUrl = '', fetch = globalFetch }: ClientOptions = {}) {
  const outgoing = <Body>(
    path: string,
    method: Method,
    { signal }: RequestOptions = {},
  ): Outgoing<Body> => ({
    url: baseUrl + path,
    method,
    read: readJson<Body>,
    timeoutMs: requestTimeoutMs,
    signal,
  })
  const get = <Body>(path: string, options?: RequestOptions) =>
    send(fetch, outgoing<Body>(path, 'GET', options))
  const post = <Body>(path: string, options?: RequestOptions) =>
    send(fetch, outgoing<Body>(path, 'POST', options))
  const remove = (path: string, options?: RequestOptions) =>
    send(fetch, outgoing<undefined>(path, 'DELETE', options))

  return {
    /** Whether a person is signed in, and who. */
    session: (options?: RequestOptions): Promise<SessionView> => get(paths.session, options),

    /** Restarts the idle time of the session. */
    extendSession: (options?: RequestOptions): Promise<SessionView> =>
      post(paths.extendSession, options),

    /** Ends the session. @returns the address that signs out of Microsoft too */
    signOut: async (options?: RequestOptions) => {
      const { logoutUrl } = await post<{ logoutUrl: string }>(paths.logout, options)
      return logoutUrl
    },

    /** The link that signs a person in. A browser must navigate to it: a fetch cannot sign in. */
    loginHref: (query?: LoginQuery) => baseUrl + loginHref(query),

    ownSessions: (options?: RequestOptions): Promise<OwnSession[]> => get(paths.sessions, options),

    endOwnSession: (id: string, options?: RequestOptions) =>
      remove(below(paths.sessions, id), options),

    endOtherSessions: (options?: RequestOptions) =>
      remove(`${paths.sessions}?scope=others`, options),

    /** Begins a sign-in on another device. Returns the sign-in that this client has begun, if any. */
    startDeviceLogin: (options?: RequestOptions): Promise<DeviceLogin> =>
      post(paths.deviceLogins, options),

    /** Asks how a device login stands. Wait for its `interval` before each poll. */
    pollDeviceLogin: (id: string, options?: RequestOptions): Promise<DeviceLoginState> =>
      sendOnce(fetch, outgoing(below(paths.deviceLogins, id), 'GET', options)),

    /** Turns a device login that is ready into a session. */
    finishDeviceLogin: (id: string, options?: RequestOptions): Promise<SessionView> =>
      post(below(paths.deviceLogins, id), options),

    cancelDeviceLogin: (id: string, options?: RequestOptions) =>
      remove(below(paths.deviceLogins, id), options),

    /** Why a sign-in of this client failed. */
    signInError: (ref: string, options?: RequestOptions): Promise<SignInError> =>
      get(below(paths.errors, ref), options),

    setup: (options?: RequestOptions): Promise<SetupView> => get(paths.setup, options),

    /**
     * Calls an API by a row of the table of calls, or an own route.
     * @param id the path below `/api`: `me`, `me/events/:eventId`
     */
    call: async <Body>(id: string, options: CallOptions<Body> = {}) => {
      const { method = 'GET', body, read = readJson<Body> } = options
      const { timeoutMs = callTimeoutMs, signal } = options
      const url = baseUrl + pathOfCall(id, options)
      return send(fetch, { url, method, body, read, timeoutMs, signal })
    },
  }
}

export type Client = ReturnType<typeof createClient>

/** Looks the global up at each request, so that what replaces it later is used. */
const globalFetch: Fetch = (url, init) => fetch(url, init)

const below = (path: string, id: string) => `${path}/${encodeURIComponent(id)}`

/** An answer without a body, such as a 204, is `undefined`. */
async function readJson<Body>(response: Response) {
  const text = await response.text()
  return (text === '' ? undefined : JSON.parse(text)) as Body
}

import {
  callPath,
  csrfHeader,
  paths,
  type DeviceLogin,
  type DeviceLoginState,
  type OwnSession,
  type Problem,
  type SessionView,
  type SetupView,
  type SignInError,
} from '@entra-bff/shared'
import { problemOf, ProblemError, UnreachableError } from './api-errors.ts'
import { pause } from './browser/pause.ts'

/** What a downstream API answered. The body stays text, because only the API defines its format. */
export interface DownstreamAnswer {
  status: number
  durationMs: number
  sizeBytes: number
  requestId: string | undefined
  text: string
}

type Read<Body> = (response: Response, startedAt: number) => Promise<Body>
interface RequestOptions {
  method?: 'GET' | 'POST' | 'DELETE'
  signal?: AbortSignal | undefined
  timeoutMs?: number
}

/** The pauses before a GET request is repeated, since the server may be restarting. */
const restartDelaysMs = [250, 750, 1_500]

/** The longest pause that is kept: a longer `Retry-After` is shortened. */
const maxRetryAfterSeconds = 3_600

export const fetchSession = () => request<SessionView>(paths.session, readJson)

/** Restarts the idle time of the session. */
export const extendSession = () => post<SessionView>(paths.extendSession)

export const fetchSetup = () => request<SetupView>(paths.setup, readJson)

export const fetchSignInError = (ref: string) =>
  request<SignInError>(below(paths.errors, ref), readJson)

export const fetchPhoto = (signal?: AbortSignal) =>
  request(paths.photo, (response) => response.blob(), { signal })

export const callDownstream = (call: string, search: string, signal?: AbortSignal) =>
  request<DownstreamAnswer>(callPath(call) + search, readDownstream, { signal, timeoutMs: 30_000 })

/** Ends the session. @returns the address that signs out of Microsoft too */
export const signOut = async () => {
  const { logoutUrl } = await post<{ logoutUrl: string }>(paths.logout)
  return logoutUrl
}

export const fetchOwnSessions = () => request<OwnSession[]>(paths.sessions, readJson)

export const endOwnSession = (id: string) => remove(below(paths.sessions, id))

export const endOtherSessions = () => remove(`${paths.sessions}?scope=others`)

/** Begins a sign-in on another device. Returns the sign-in that this browser has begun, if any. */
export const startDeviceLogin = () => post<DeviceLogin>(paths.deviceLogins)

export const fetchDeviceLogin = (id: string, signal: AbortSignal) =>
  requestOnce<DeviceLoginState>(below(paths.deviceLogins, id), readJson, { signal })

/** Turns a device login that is ready into a session. */
export const finishDeviceLogin = (id: string) => post<SessionView>(below(paths.deviceLogins, id))

export const cancelDeviceLogin = (id: string) => remove(below(paths.deviceLogins, id))

const below = (path: string, id: string) => `${path}/${encodeURIComponent(id)}`

const post = <Body>(path: string) => requestOnce<Body>(path, readJson, { method: 'POST' })

const remove = (path: string) => requestOnce(path, () => Promise.resolve(), { method: 'DELETE' })

async function request<Body>(path: string, read: Read<Body>, options: RequestOptions = {}) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await requestOnce(path, read, options)
    } catch (error) {
      const delayMs = restartDelaysMs[attempt]
      const isTemporary = error instanceof UnreachableError && error.reason !== 'timeout'
      if (!isTemporary || delayMs === undefined) throw error
      await pause(delayMs)
      options.signal?.throwIfAborted()
    }
  }
}

async function requestOnce<Body>(path: string, read: Read<Body>, options: RequestOptions) {
  const { method = 'GET', signal: outer, timeoutMs = 10_000 } = options
  const deadline = new AbortController()
  const timer = setTimeout(() => {
    deadline.abort()
  }, timeoutMs)
  const signal = outer ? AbortSignal.any([outer, deadline.signal]) : deadline.signal
  const startedAt = performance.now()
  try {
    const response = await fetch(path, { ...requestInit(signal), method })
    if (!response.ok) throw await errorOf(response)
    return await read(response, startedAt)
  } catch (error) {
    if (outer?.aborted || error instanceof ProblemError || error instanceof UnreachableError)
      throw error
    throw new UnreachableError(deadline.signal.aborted ? 'timeout' : 'network', { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

function requestInit(signal: AbortSignal): RequestInit {
  return {
    headers: { accept: 'application/json', [csrfHeader.name]: csrfHeader.value },
    credentials: 'same-origin',
    // The API never redirects: a redirect would come from a proxy between page and server.
    redirect: 'error',
    signal,
  }
}

async function errorOf(response: Response) {
  const body: unknown = await response.json().catch(() => undefined)
  const problem = problemOf(body) ?? withoutProblem(response)
  if (!problem) return new UnreachableError('restarting')
  return new ProblemError(problem, retryAfterSecondsOf(response))
}

/** A problem made from the status; undefined for 502 to 504: the gateway finds no server. */
function withoutProblem({ status, statusText }: Response): Problem | undefined {
  if (status >= 502 && status <= 504) return undefined
  return {
    type: 'about:blank',
    title: statusText || `Status ${String(status)}`,
    status,
    code: 'internal_error',
    detail: 'The server gave no explanation.',
    correlationId: '',
  }
}

function retryAfterSecondsOf(response: Response) {
  const seconds = Number.parseInt(response.headers.get('retry-after') ?? '', 10)
  return Number.isNaN(seconds) ? undefined : Math.min(Math.max(seconds, 0), maxRetryAfterSeconds)
}

async function readJson<Body>(response: Response) {
  return (await response.json()) as Body
}

async function readDownstream(response: Response, startedAt: number): Promise<DownstreamAnswer> {
  const bytes = await response.arrayBuffer()
  return {
    status: response.status,
    durationMs: performance.now() - startedAt,
    sizeBytes: bytes.byteLength,
    requestId: response.headers.get('request-id') ?? undefined,
    text: new TextDecoder().decode(bytes),
  }
}

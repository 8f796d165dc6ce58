import { PassThrough } from 'node:stream'
import { paths, type SessionEnded, type SessionExpiring } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import { absoluteExpiry, idleExpiry, warningTimeMs } from './lifetimes.ts'
import { Look } from './look.ts'
import { requireSession, type SessionLookup } from './lookup.ts'
import type { SessionRecord } from './record.ts'
import type { SessionRoom } from './room.ts'

interface Watcher {
  stream: PassThrough
  /** The idle expiry that the page was last warned of. Each expiry causes one warning. */
  warnedIdleExpiry?: number
}

/** A session with open streams. */
interface SessionStreams {
  watchers: Set<Watcher>
  timers: NodeJS.Timeout[]
  /** Undefined when the next check has to look. */
  lastLook: Look | undefined
}

/** Longest time until a page learns that another process ended its session, where none announces it. */
const checkEveryMs = 2_000
/** Heartbeats keep proxies, and the server's own timeout for silence, from closing the stream. */
const heartbeatEveryMs = 20_000
/**
 * Most streams in this process: as many connections as a browser holds open to one host. Other processes
 * count their own, because each bounds its own memory.
 */
const maxStreamsPerSession = 6

/** `GET /api/session/events`: tells a page at once that its session ended, or is about to end. */
export async function sessionEvents(
  api: FastifyInstance,
  { sessions, lifetimes }: SessionRoom,
): Promise<void> {
  const { endListeners } = sessions
  const sessionsByName = new Map<string, SessionStreams>()
  let isClosing = false

  const route = { exposeHeadRoute: false, config: { sendsNoHeader: true } }
  api.get(paths.sessionEvents, route, (request, reply) => {
    const { name } = requireSession(request)
    // The session was read while the server began to close.
    if (isClosing) return reply.code(204).send()
    const watched = sessionsByName.get(name) ?? watch(name)
    // A 204 ends an EventSource (HTML standard, "Server-sent events"). The page opens a new one later.
    if (watched.watchers.size >= maxStreamsPerSession) return reply.code(204).send()
    const watcher: Watcher = { stream: new PassThrough() }
    watched.watchers.add(watcher)
    watcher.stream.once('close', () => {
      watched.watchers.delete(watcher)
      if (watched.watchers.size === 0) unwatch(name, watched)
    })
    watcher.stream.write('retry: 3000\n\n')
    void look(name, watched, [watcher])
    // `x-accel-buffering`: a proxy must not hold the events back.
    const headers = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }
    return reply.headers(headers).send(watcher.stream)
  })

  /** Each session has its own timers, so that not all sessions are checked in the same moment. */
  function watch(name: string): SessionStreams {
    const watchers = new Set<Watcher>()
    const checking = setInterval(() => {
      if (watched.lastLook?.isOutdated(endListeners.subscription) ?? true) void look(name, watched)
    }, checkEveryMs)
    const heartbeat = setInterval(() => {
      for (const { stream } of watchers) if (!stream.writableEnded) stream.write(': heartbeat\n\n')
    }, heartbeatEveryMs)
    const timers = [checking.unref(), heartbeat.unref()]
    const watched: SessionStreams = { watchers, timers, lastLook: undefined }
    sessionsByName.set(name, watched)
    return watched
  }

  function unwatch(name: string, { timers }: SessionStreams): void {
    timers.forEach(clearInterval)
    sessionsByName.delete(name)
  }

  async function look(
    name: string,
    watched: SessionStreams,
    watchers: Iterable<Watcher> = watched.watchers,
  ): Promise<void> {
    const { subscription } = endListeners
    const found = await find(name)
    const record = found?.kind === 'live' ? found.session.record : undefined
    watched.lastLook = record && new Look(subscription, nextChange(record))
    // A failing store does not end a session.
    if (!found) return
    for (const watcher of watchers) {
      if (!watcher.stream.writableEnded) notify(watcher, found)
    }
  }

  function notify(watcher: Watcher, found: SessionLookup): void {
    if (found.kind === 'live') {
      warn(watcher, found.session.record)
      return
    }
    const ended: SessionEnded = { reason: found.kind === 'ended' ? found.reason : 'revoked' }
    watcher.stream.end(eventOf('ended', ended))
  }

  async function find(name: string): Promise<SessionLookup | undefined> {
    try {
      return await sessions.find(name)
    } catch {
      return undefined
    }
  }

  /** The warning or the expiry. Use of the session only makes them later. */
  function nextChange(record: SessionRecord): number {
    const idle = idleExpiry(record, lifetimes)
    const warning = idle - warningTimeMs(lifetimes)
    return warning > Date.now() ? warning : idle
  }

  function warn(watcher: Watcher, record: SessionRecord): void {
    const idle = idleExpiry(record, lifetimes)
    if (idle - Date.now() > warningTimeMs(lifetimes) || watcher.warnedIdleExpiry === idle) return
    watcher.warnedIdleExpiry = idle
    const expiring: SessionExpiring = {
      serverTime: new Date().toISOString(),
      idleExpiresAt: new Date(idle).toISOString(),
      expiresAt: new Date(absoluteExpiry(record, lifetimes)).toISOString(),
    }
    watcher.stream.write(eventOf('expiring', expiring))
  }

  const stopListening = endListeners.add((name) => {
    const watched = sessionsByName.get(name)
    if (watched) void look(name, watched)
  })
  api.addHook('preClose', async () => {
    isClosing = true
    stopListening()
    for (const [name, watched] of sessionsByName) {
      unwatch(name, watched)
      for (const { stream } of watched.watchers) stream.end()
    }
  })
}

/** The wire format of the HTML standard, "Server-sent events". */
function eventOf(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}

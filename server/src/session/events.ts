import { PassThrough } from 'node:stream'
import type { SessionEnded, SessionExpiring } from '@entra-bff/shared'
import type { FastifyInstance } from 'fastify'
import { requireSession } from '../caller/guard.ts'
import { absoluteExpiry, idleExpiry, type Lifetimes, warningTime } from './lifetimes.ts'
import type { SessionRecord } from './record.ts'
import type { Sessions } from './sessions.ts'

export interface SessionEventsOptions {
  sessions: Sessions
  lifetimes: Lifetimes
}

interface Watcher {
  key: string
  stream: PassThrough
  /** The expiry that the page was warned of, so that it is warned of each but once. */
  warnedOf?: number
}

/** Another process may have ended a session: that is noticed within this time. */
const lookEveryMs = 2_000
/** Keeps proxies, and our own timeout for silent connections, from closing the stream. */
const beatEveryMs = 20_000
/** Of one session: as many as a browser holds open to one host. */
const mostStreams = 6

/** `GET /api/session/events`: tells a page at once that its session ended, or is about to. */
export function sessionEvents(
  api: FastifyInstance,
  { sessions, lifetimes }: SessionEventsOptions,
  done: () => void,
): void {
  const watchers = new Set<Watcher>()

  const route = { exposeHeadRoute: false, config: { sendsNoHeader: true } }
  api.get('/session/events', route, (request, reply) => {
    const { key } = requireSession(request)
    const others = [...watchers].filter((other) => other.key === key)
    // With this answer an EventSource does not try again by itself (HTML standard, "Server-sent
    // events"); the page does, seldom.
    if (others.length >= mostStreams) return reply.code(204).send()
    const watcher: Watcher = { key, stream: new PassThrough() }
    watchers.add(watcher)
    watcher.stream.once('close', () => watchers.delete(watcher))
    watcher.stream.write('retry: 3000\n\n')
    void look(watcher)
    // The second for proxies that would collect what is to arrive at once.
    const headers = { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' }
    return reply.headers(headers).send(watcher.stream)
  })

  async function look(watcher: Watcher): Promise<void> {
    // A store that fails is no end of the session.
    const found = await sessions.findByKey(watcher.key).catch(() => undefined)
    if (!found || watcher.stream.writableEnded) return
    if (found.kind === 'live') {
      warn(watcher, found.session.record)
      return
    }
    const ended: SessionEnded = { reason: found.kind === 'ended' ? found.reason : 'revoked' }
    watcher.stream.end(eventOf('ended', ended))
  }

  function warn(watcher: Watcher, record: SessionRecord): void {
    const idle = idleExpiry(record, lifetimes)
    if (idle - Date.now() > warningTime(lifetimes) || watcher.warnedOf === idle) return
    watcher.warnedOf = idle
    const expiring: SessionExpiring = {
      serverTime: new Date().toISOString(),
      idleExpiresAt: new Date(idle).toISOString(),
      expiresAt: new Date(absoluteExpiry(record, lifetimes)).toISOString(),
    }
    watcher.stream.write(eventOf('expiring', expiring))
  }

  const looking = setInterval(() => {
    for (const watcher of watchers) void look(watcher)
  }, lookEveryMs).unref()
  const beating = setInterval(() => {
    for (const { stream } of watchers) stream.write(': still here\n\n')
  }, beatEveryMs).unref()
  const stopListening = sessions.onEnd((key) => {
    for (const watcher of watchers) if (watcher.key === key) void look(watcher)
  })
  api.addHook('preClose', (closed) => {
    clearInterval(looking)
    clearInterval(beating)
    stopListening()
    for (const { stream } of watchers) stream.end()
    closed()
  })
  done()
}

/** The wire format of the HTML standard, "Server-sent events". */
function eventOf(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
